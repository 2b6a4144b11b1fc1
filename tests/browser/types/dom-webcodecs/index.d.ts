// mediabunny asks for these types, but TypeScript's own library has them by now.
