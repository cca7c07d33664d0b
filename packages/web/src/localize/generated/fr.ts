
    // Do not modify this file by hand!
    // Re-generate this file by running lit-localize

    
    

    /* eslint-disable no-irregular-whitespace */
    /* eslint-disable @typescript-eslint/no-explicit-any */

    export const templates = {
      's88b96a530145fc59': `On a Mac, Alt is the key with ⌥. In the text, Enter on a dotted word corrects it.`,
    };
  