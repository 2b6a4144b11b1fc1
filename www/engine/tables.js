// What the page has to know of the engine's tables; tests/settings.rs writes this file.

/** The layers that a style is taken from, from fine to coarse. All models name them alike. */
export const STYLE_LAYERS = ['relu1_1', 'relu2_1', 'relu3_1', 'relu4_1', 'relu5_1'];

/** Settings whose values are lists or objects, and not numbers or words. */
export const STRUCTURED = ['style-scales', 'blend', 'style-layers', 'content-layers'];

/** Bytes of the longest array, for each pixel of the picture: VGG19's widest map that is ever held whole. */
export const LONGEST_BYTES = 128;
