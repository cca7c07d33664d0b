import { z } from 'zod';

/**
 * Text without control characters. The pattern is published, so it is one that the regular expressions of all languages
 * understand.
 */
export const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** Name of a person, a key or a group: text on one line. */
export const personName = z.string().trim().min(1).max(100).regex(ONE_LINE);

const groupList = z.array(personName).max(100);

const groupsMeta = {
  description:
    'Groups to which the sessions of this key or user belong. Supervisors read the sessions of their own groups.',
};

/** Groups that somebody belongs to. */
export const groupNames = groupList.default(() => []).meta(groupsMeta);

/** Groups that somebody is to belong to from now on, if they are given. */
export const newGroupNames = groupList.optional().meta(groupsMeta);
