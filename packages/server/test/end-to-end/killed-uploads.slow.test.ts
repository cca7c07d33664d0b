import { testKilledUploads } from './killed-uploads.js';

testKilledUploads({ files: 6, kills: 3 });
