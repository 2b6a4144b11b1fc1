// The elements of index.html by their ids; ids.d.ts says which there are.

export const $ = (id) => document.getElementById(id);
