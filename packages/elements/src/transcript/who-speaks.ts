// What lets people correct who speaks: loaded once speakers are told apart.
export { openMovePanel } from './move-panel.js';
export { createPeopleView } from './people-view.js';
export { selectedWords } from './selected-words.js';
export { openSpeakerForm } from './speaker-form.js';
