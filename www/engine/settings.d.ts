// The engine's settings; tests/settings.rs writes this file. The form says all but those with a question mark.

export interface Settings {
  'recipe': string;
  'model': string;
  'size': number;
  'strength': number;
  'style-scale': number;
  'style-scales': number[];
  'blend': number[];
  'seed': number;
  'start': string;
  'start-noise': number;
  'optimizer': string;
  'pooling': string;
  'style-loss': string;
  'style-layers': Record<string, number>;
  'content-layers'?: Record<string, number>;
  'texture': boolean;
  'masked': boolean;
  'placed': boolean;
  'seamless': boolean;
  'stop-early': boolean;
  'colours': string;
  'smoothness': number;
  'precision'?: string;
  'effort': number;
  'iterations'?: number;
  'scales'?: number;
}
