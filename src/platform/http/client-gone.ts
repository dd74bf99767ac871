/** The client closed its connection; there is nobody to answer, and it is nobody's fault. */
export class ClientGone extends Error {
  constructor() {
    super('The client closed the connection');
    this.name = 'ClientGone';
  }
}
