// Stands before everything else where sources or targets are stored in 16 bits.
enable f16;
