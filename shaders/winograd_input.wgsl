// The first of three steps of a 3x3 convolution after Winograd, F(4x4, 3x3): tiles of 6x6 inputs, 4 pixels apart, into
// Winograd's domain, v = B' d B (Lavin & Gray 2016). The points are 0, +-sqrt(2), +-1/sqrt(2) and infinity: they
// are closed under 1/p, so that turning a kernel by half a turn only changes the places of its transform (see
// common/batched_gemm.wgsl).
// x: H, W, C with a border of one zero -> v: 36, tiles, C.
//
// GRADIENT reads the gradient of a map that went through a ReLU, and perhaps through a pool: the mask that
// winograd_output.wgsl left says which of its values counted.
//
// A thread makes a whole tile, or a third of its points where SPLIT: on a graphics card a whole one takes so many registers
// that too few threads are left to wait for memory.

struct Params {
    height: u32,      // of x, or of what it was before it was pooled
    width: u32,
    blocks: u32,
    tiles: u32,       // of this strip
    first: u32,       // number of its first tile, counted along the rows of the tiles that are made
    first_in: i32,    // row of x that stands at the first tile's second row
    mask_stride: u32, // elements of the mask in a tile
    pooled: u32,      // 1: x is half the size, rounded down, and each of its values stands for four
    scale: f32,       // what each of the four gets
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;          // H, W, C
@group(0) @binding(2) var<storage, read> mask: array<vec2<u32>>;    // H/4, W/4, C/4: a bit for each of 16 x 4 values
@group(0) @binding(3) var<storage, read_write> v: array<vec4<f32>>; // 36, tiles, C

override GRADIENT: bool = false;
override SPLIT: bool = false; // what a constant rules out, drivers leave out

// The map at a position; of a gradient, only what the mask lets through.
fn input(row: u32, column: u32, block: u32) -> vec4<f32> {
    if (!GRADIENT) {
        return vec4<f32>(x[(row * params.width + column) * params.blocks + block]);
    }
    let across = (params.width + SIZE - 1u) / SIZE;
    let word = mask[(row / SIZE * across + column / SIZE) * params.mask_stride + block][row % SIZE / 2u];
    let bits = word >> ((row % 2u * SIZE + column % SIZE) * 4u);
    var value: vec4<f32>;
    if (params.pooled == 1u) {
        let half_width = params.width / 2u;
        // A last odd row or column is in no window; its bits are zeros.
        let half_row = min(row / 2u, max(params.height / 2u, 1u) - 1u);
        let half_column = min(column / 2u, max(half_width, 1u) - 1u);
        value = params.scale * vec4<f32>(x[(half_row * half_width + half_column) * params.blocks + block]);
    } else {
        value = vec4<f32>(x[(row * params.width + column) * params.blocks + block]);
    }
    return select(vec4<f32>(0.0), value, (vec4<u32>(bits) & vec4<u32>(1u, 2u, 4u, 8u)) != vec4<u32>(0u));
}

// The input at a position, zero outside.
fn load(row: i32, column: i32, block: u32) -> vec4<f32> {
    let inner_row = u32(clamp(row, 0, i32(params.height) - 1));
    let inner_column = u32(clamp(column, 0, i32(params.width) - 1));
    let inside = row >= 0 && row < i32(params.height) && column >= 0 && column < i32(params.width);
    return select(vec4<f32>(0.0), input(inner_row, inner_column, block), inside);
}

// B' times a column: the coefficients of the products of all (x - point) but one.
fn transform(d: Six) -> Six {
    let even_a = d.p4 - 0.5 * d.p2;
    let odd_a = A * d.p3 - B * d.p1;
    let even_b = d.p4 - 2.0 * d.p2;
    let odd_b = B * d.p3 - A * d.p1;
    return Six(
        d.p0 - 2.5 * d.p2 + d.p4,
        even_a + odd_a, even_a - odd_a, even_b + odd_b, even_b - odd_b,
        d.p1 - 2.5 * d.p3 + d.p5,
    );
}

fn column_of(row: i32, column: i32, block: u32) -> Six {
    return transform(Six(
        load(row, column, block), load(row + 1, column, block), load(row + 2, column, block),
        load(row + 3, column, block), load(row + 4, column, block), load(row + 5, column, block),
    ));
}

fn store(row: u32, place: u32, d: Six) {
    let stride = params.tiles * params.blocks;
    let start = row * 6u * stride + place;
    let t = transform(d);
    v[start] = t.p0;
    v[start + stride] = t.p1;
    v[start + 2u * stride] = t.p2;
    v[start + 3u * stride] = t.p3;
    v[start + 4u * stride] = t.p4;
    v[start + 5u * stride] = t.p5;
}

// The transform's values at 0 and infinity, at +-sqrt(2), or at +-1/sqrt(2).
struct Two { first: vec4<f32>, second: vec4<f32> }

// A third of `transform`: 0 are the ends, 1 and 2 the pairs.
fn third_of_column(third: u32, row: i32, column: i32, block: u32) -> Two {
    let d1 = load(row + 1, column, block);
    let d2 = load(row + 2, column, block);
    let d3 = load(row + 3, column, block);
    let d4 = load(row + 4, column, block);
    if (third == 0u) {
        return Two(
            load(row, column, block) - 2.5 * d2 + d4,
            d1 - 2.5 * d3 + load(row + 5, column, block),
        );
    }
    let last = third == 2u;
    let even = d4 - select(0.5, 2.0, last) * d2;
    let odd = select(A, B, last) * d3 - select(B, A, last) * d1;
    return Two(even + odd, even - odd);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let count = params.tiles * params.blocks;
    if (index >= select(count, 3u * count, SPLIT)) {
        return;
    }
    let place = index % count;
    let block = place % params.blocks;
    let tile = params.first + place / params.blocks;
    let across = (params.width + SIZE - 1u) / SIZE;
    let row = i32(tile / across * SIZE) + params.first_in - 1;
    let column = i32(tile % across * SIZE) - 1;
    if (SPLIT) {
        let third = index / count;
        let t0 = third_of_column(third, row, column, block);
        let t1 = third_of_column(third, row, column + 1, block);
        let t2 = third_of_column(third, row, column + 2, block);
        let t3 = third_of_column(third, row, column + 3, block);
        let t4 = third_of_column(third, row, column + 4, block);
        let t5 = third_of_column(third, row, column + 5, block);
        let first = Six(t0.first, t1.first, t2.first, t3.first, t4.first, t5.first);
        let second = Six(t0.second, t1.second, t2.second, t3.second, t4.second, t5.second);
        store(select(2u * third - 1u, 0u, third == 0u), place, first);
        store(select(2u * third, 5u, third == 0u), place, second);
    } else {
        let c0 = column_of(row, column, block);
        let c1 = column_of(row, column + 1, block);
        let c2 = column_of(row, column + 2, block);
        let c3 = column_of(row, column + 3, block);
        let c4 = column_of(row, column + 4, block);
        let c5 = column_of(row, column + 5, block);
        store(0u, place, Six(c0.p0, c1.p0, c2.p0, c3.p0, c4.p0, c5.p0));
        store(1u, place, Six(c0.p1, c1.p1, c2.p1, c3.p1, c4.p1, c5.p1));
        store(2u, place, Six(c0.p2, c1.p2, c2.p2, c3.p2, c4.p2, c5.p2));
        store(3u, place, Six(c0.p3, c1.p3, c2.p3, c3.p3, c4.p3, c5.p3));
        store(4u, place, Six(c0.p4, c1.p4, c2.p4, c3.p4, c4.p4, c5.p4));
        store(5u, place, Six(c0.p5, c1.p5, c2.p5, c3.p5, c4.p5, c5.p5));
    }
}
