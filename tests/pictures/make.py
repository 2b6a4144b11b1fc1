"""Makes the small files beside it, for what Rust's own encoders cannot write. Needs: pip install pillow

All show the same: 64 x 48 pixels in four flat quarters, red, green / blue, dark grey.
"""

from pathlib import Path

from PIL import Image, ImageChops, ImageCms

HERE = Path(__file__).parent
WIDTH, HEIGHT = 64, 48
QUARTERS = {(0, 0): (230, 30, 40), (1, 0): (20, 200, 60), (0, 1): (30, 60, 220), (1, 1): (60, 60, 60)}


def quarters(mode, colour_of):
    image = Image.new(mode, (WIDTH, HEIGHT))
    for (column, row), rgb in QUARTERS.items():
        box = (column * WIDTH // 2, row * HEIGHT // 2, (column + 1) * WIDTH // 2, (row + 1) * HEIGHT // 2)
        image.paste(colour_of(rgb), box)
    return image


def inks(rgb):
    """CMYK with as much black as possible, so that the K plane is not idle; 255 is full ink."""
    white = max(rgb)
    return (*(255 - round(255 * lane / white) for lane in rgb), 255 - white)


rgb = quarters("RGB", lambda rgb: rgb)
cmyk = quarters("CMYK", inks)

# Photoshop's way: inks stored inverted, with an Adobe marker that says "no transform". Pillow writes both.
cmyk.save(HERE / "cmyk.jpg", quality=95, subsampling=0)

# YCCK: the same inks, where the first three planes are Y, Cb, Cr of the inks. Pillow inverts all planes on saving, and its
# marker says CMYK (transform 0); we hand it planes inverted beforehand and correct the marker to YCCK (transform 2).
cyan, magenta, yellow, black = cmyk.split()
planes = Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split()
ycck = Image.merge("CMYK", (*(ImageChops.invert(plane) for plane in planes), black))
path = HERE / "ycck.jpg"
ycck.save(path, quality=95, subsampling=0)
data = bytearray(path.read_bytes())
marker = data.index(b"Adobe")
assert data[marker + 11] == 0
data[marker + 11] = 2
path.write_bytes(data)

# A progressive JPEG, chroma subsampled: cut off, decoders blur rather than grey it.
rgb.save(HERE / "progressive.jpg", quality=90, progressive=True)

# Animations of two frames, the second one white.
white = Image.new("RGB", (WIDTH, HEIGHT), "white")
rgb.save(HERE / "animated.gif", save_all=True, append_images=[white], duration=100)
rgb.save(HERE / "animated.webp", save_all=True, append_images=[white], duration=100, lossless=True)
rgb.save(HERE / "animated.png", save_all=True, append_images=[white], duration=100)

# A palette, and a profile that is sRGB by name (no note) on the one file.
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
rgb.quantize(4).save(HERE / "palette.png", icc_profile=srgb)
rgb.save(HERE / "lossy.webp", quality=90)

for path in sorted(HERE.glob("*.*")):
    if path.suffix != ".py":
        with Image.open(path) as image:
            print(path.name, path.stat().st_size, image.mode, [image.convert("RGB").getpixel(at) for at in ((8, 8), (56, 8), (8, 40), (56, 40))])
