import { caller } from '../../../test/support/cost-kit';
import { chatRequest } from '../../../test/support/chat-request-samples';
import { FakeClock } from '../../../test/support/fake-clock';
import { TIERED_CARDS } from '../../../test/support/routing-samples';
import type { ChatMessage, ChatRole } from '../../llm/chat-request';
import { RoutingHints, type WarmModel } from './routing-hints';

const [card] = TIERED_CARDS;
if (!card) throw new Error('no card');
const MODEL: WarmModel = { card, region: 'us', tokens: 5_000 };
const INSTRUCTIONS = 'You are the assistant of a shop. '.repeat(200);

const message = (role: ChatRole, text: string): ChatMessage => ({ role, content: [{ type: 'text', text }] });
const conversation = (messages: readonly ChatMessage[], session?: string, who = caller()) => ({
  caller: who,
  request: chatRequest(messages),
  session,
});

describe('RoutingHints', () => {
  const clock = new FakeClock();
  let hints: RoutingHints;

  beforeEach(() => {
    hints = new RoutingHints(clock);
  });

  it('knows who answered the beginning of a conversation', () => {
    const first = [message('user', 'Tell me about bees')];
    hints.rememberAnswer(conversation(first), MODEL);
    const next = [...first, message('assistant', 'Bees …'), message('user', 'And wasps?')];

    expect(hints.findWarmModel(conversation(next))).toBe(MODEL);
    expect(
      hints.findWarmModel(conversation([message('user', 'Tell me about bugs'), ...next.slice(1)])),
    ).toBeUndefined();
  });

  it('knows a session by its name, and long instructions by themselves', () => {
    const instructed = (text: string) => [message('system', INSTRUCTIONS), message('user', text)];
    hints.rememberAnswer(conversation(instructed('one'), 'session-1'), MODEL);

    expect(hints.findWarmModel(conversation([message('user', 'two')], 'session-1'))).toBe(MODEL);
    expect(hints.findWarmModel(conversation(instructed('three')))).toBe(MODEL);
    expect(hints.findWarmModel(conversation([message('user', 'two')], 'session-2'))).toBeUndefined();
  });

  it('tells long messages apart that differ in their middle only by length', () => {
    const long = (middle: string) => [message('user', `${'a'.repeat(600)}${middle}${'b'.repeat(600)}`)];
    hints.rememberAnswer(conversation(long('x')), MODEL);
    const next = [...long('xx'), message('assistant', 'ok'), message('user', 'go on')];

    expect(hints.findWarmModel(conversation(next))).toBeUndefined();
  });

  it('keeps tenants apart and forgets after five minutes', () => {
    const said = [message('user', 'hi')];
    const stranger = { ...caller(), organizationId: 'org_other' };
    hints.rememberAnswer(conversation(said, 's'), MODEL);

    expect(hints.findWarmModel(conversation(said, 's', stranger))).toBeUndefined();
    clock.advance(300_000);
    expect(hints.findWarmModel(conversation(said, 's'))).toBeUndefined();
  });

  it('remembers for a minute how much of a budget was left', () => {
    hints.rememberBudgetLeft(caller(), 7n);

    expect(hints.budgetLeftOf(caller())).toBe(7n);
    expect(hints.budgetLeftOf({ ...caller(), userId: 'usr_other' })).toBeUndefined();
    clock.advance(60_000);
    expect(hints.budgetLeftOf(caller())).toBeUndefined();
  });
});
