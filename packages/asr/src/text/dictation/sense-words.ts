/** Words after which a noun is expected, even if the speaker pauses. */
export const DETERMINERS = wordSet(
  'a an the her his my its your their our of with from into through throughout entire whole each every ' +
    'another',
);

/** Headings under which a colon is no organ. */
export const HEADINGS = wordSet(
  'plan plans assessment medications medication meds allergies allergy subjective objective complaint ' +
    'complaints instructions recommendation recommendations labs vitals signs disposition illness systems ' +
    'course precautions date birth address attention subject education immunizations title',
);

/** Headings that announce something, perhaps organs. */
export const ANNOUNCEMENTS = wordSet(
  'impression following follows note summary example technique comparison indication indications reason ' +
    'admission results',
);

/** Histories that concern no organ. */
export const HISTORIES = wordSet(
  'social medication allergy occupational travel dietary obstetric psychiatric sexual',
);

/** Words that describe a colon, or continue a list that it is in. */
export const BOWEL = wordSet(
  'and or with without cancer mass masses polyp polyps resection biopsy is was distended dilated collapsed ' +
    'inflamed perforated clear unremarkable intact',
);

/** Organs: where one is named, others are likely. */
export const ORGANS = wordSet(
  'rectum rectal ileum ileal jejunum duodenum cecum caecum sigmoid appendix anus bowel bowels intestine ' +
    'intestines stomach gastric esophagus oesophagus liver hepatic spleen pancreas gallbladder kidney kidneys ' +
    'bladder uterus ovary ovaries prostate omentum peritoneum mesentery polyp polyps colonoscopy colectomy ' +
    'colostomy diverticula diverticulosis diverticulitis colitis metastasis metastases lung lungs breast ' +
    'hemicolectomy ascending descending transverse flexure colon colonic',
);

/** Words before a period of time or before menses that say which one it is, or when it was. */
export const PERIODS = wordSet(
  'last partum postpartum perioperative postoperative neonatal prodromal next missed skipped menstrual ' +
    'monthly incubation refractory observation latent latency washout grace trial waiting previous first ' +
    'second late heavy painful',
);

/** Words that occur together with menses. */
export const MENSTRUAL = wordSet(
  'menses menstrual menstruation menstruating menarche menopause menopausal lmp periods cycle cycles cramps ' +
    'cramping tampon tampons pads ovulation ovulating spotting gynecologic gynecological gynecology gyn ' +
    'contraception contraceptive contraceptives pregnant pregnancy pregnancies gravida dysmenorrhea ' +
    'menorrhagia amenorrhea iud fibroids endometriosis vaginal',
);

/** How a period is described within a sentence. */
export const COURSES = wordSet(
  'irregular regular heavy heavier light lighter late painful painless missed absent started starts began ' +
    'ended lasts lasted lasting was is were are every came ago due pain pains normal on last one two three ' +
    'four five six yesterday today now stopped skipped monthly usually about has not since of for with and or',
);

/** How it is described after a heading of its own. */
export const FLOWS = wordSet('irregular regular heavy late painful painless missed absent monthly');

/** Other things that are regular or irregular. */
export const HEART = wordSet(
  'rate rhythm heart heartbeat pulse pulses s1 breathing respirations borders diet margins exercise insulin ' +
    'smoker drinker alcohol lifting bowel rhythms',
);

/** Words that describe a coma. */
export const COMAS = wordSet(
  'deep diabetic hepatic uremic induced hypoglycemic irreversible prolonged light',
);

/** Words that occur together with a coma. */
export const UNCONSCIOUS = wordSet(
  'coma comatose seizure seizures stupor obtunded lethargy lethargic unresponsive unconscious ' +
    'encephalopathy delirium death vegetative glasgow gcs hypoglycemia myxedema ketoacidosis hyperosmolar ' +
    'brainstem herniation convulsions',
);

/** Germs that have the shape of a comma. */
export const GERMS = wordSet('vibrio bacillus bacilli cholerae tract shaped');

/** Words for what happens to a line in a vessel. */
export const LINED = wordSet(
  'placed inserted started established put went needed secured confirmed flushed flushes sutured removed ' +
    'pulled infected obtained was is in into for on at and of not working patent therapy treatment agent with ' +
    'but good draws',
);

/** Words that occur together with a line in a vessel. */
export const LINES = wordSet(
  'line lines catheter catheters picc cordis lumen lumens introducer port tubing jugular subclavian femoral ' +
    'antecubital forearm peripheral arterial central vein infiltrated blown clotted occluded gauge flush ' +
    'flushes access placed inserted venous radial midline dressing chemotherapy chemo regimen arm wrist groin ' +
    'ivs',
);

/** Words before a `scratch` that does not take back words. */
export const SCRATCHERS = wordSet(
  "not to and don't can't didn't doesn't won't cannot will would should must can could may might you i she " +
    'he they we never always often just small superficial deep cat dog fresh linear',
);

/** Things that are scratched. */
export const SORES = wordSet('spot area wound lesion raw sore mole wart scar blister bite');

/** Words after `scratch that` that show that a wound is meant, or that somebody scratches: `scratch that bleeds`. */
export const FESTERS = wordSet('bleeds bleeding until hard is was has will healed infected when because all');

/** Words before a cap that is a capsule, or that sits on something. */
export const CAPPED = wordSet(
  'mg milligrams milligram mcg one two three four tooth molar incisor crown nail bottle needle syringe port ' +
    'catheter lens dental cervical cradle toe knee end skull swim ice pen metal porcelain gold capsule refill ' +
    'dome',
);

/** Words after a cap that is an object, and no command. */
export const CAPS = wordSet(
  'refill refills nail nails and or off on it is was in at to for by with per po bid tid qid qd prn q daily ' +
    'nightly weekly once twice every each three four two one intact lost fell broken loose missing removed ' +
    'replaced placed cemented changed secured tight clean dry fits normal of came has had needs orally ' +
    'bedtime size the a seated cracked chipped applied',
);

/** Things that have the shape of a mark. */
export const SHAPES = wordSet('incision flap sign ear ears shaped shape body scar on above over');

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
