// What the transforms of Winograd's convolution to its domain and back have to agree on.
const SIZE = 4u;     // pixels of output along a tile's side
const A = 1.4142135; // the points besides 0 and infinity are +-A and +-B: sqrt(2) and its inverse
const B = 0.70710677;
