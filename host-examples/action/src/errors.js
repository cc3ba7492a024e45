/** What a person who reads the job's log can mend. */
export class ActionError extends Error {
  /** @param {string} title @param {string} message */
  constructor(title, message) {
    super(message);
    this.title = title;
  }
}

/** An input of the Action that is wrong. */
export class InputError extends ActionError {
  /** @param {string} name @param {string} expected */
  constructor(name, expected) {
    super('An input is wrong', `invalid input ${name}: ${expected}`);
  }
}
