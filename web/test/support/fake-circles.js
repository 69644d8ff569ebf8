/** Groups and contacts of a FakeServer: it says what a test has it say, and otherwise that it is done. */
export class FakeCircles {
  /** What is answered, by the number of the request. */
  answers = new Map();

  receive(object, reply, refuse) {
    const answer = this.answers.get(object.msgid) ?? {};
    const fields = typeof answer === 'function' ? answer(object) : answer;
    return fields.errno ? refuse(fields.errno, fields.errno === 10) : reply(fields);
  }
}
