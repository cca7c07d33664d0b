import { defineElements, type DictationElement } from '@auscult/elements';
import { useState, type DetailedHTMLProps, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- where React looks for elements
  namespace JSX {
    interface IntrinsicElements {
      'auscult-dictation': DetailedHTMLProps<HTMLAttributes<DictationElement>, DictationElement> & {
        readonly for?: string;
        readonly server?: string;
      };
    }
  }
}

defineElements();

/** A form whose state is React's: what is dictated arrives by `onChange`, as if it were typed. */
function Note(): ReactNode {
  const [note, setNote] = useState('');
  return (
    <form>
      <auscult-dictation for="note" server="https://auscult.example" />
      <p>
        <label htmlFor="note">Note</label>
        <textarea
          id="note"
          rows={6}
          value={note}
          onChange={({ target }) => {
            setNote(target.value);
          }}
        />
      </p>
      <p>
        Will be saved: <output>{note}</output>
      </p>
    </form>
  );
}

const root = document.querySelector('#root');
if (root) createRoot(root).render(<Note />);
