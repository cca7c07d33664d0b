import { testKilledUploads } from './killed-uploads.js';

testKilledUploads({ files: 100, kills: 20 });
