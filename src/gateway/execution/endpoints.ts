/** Name of chats in the ledger. */
export const CHAT_ENDPOINT = 'chat.completions';
