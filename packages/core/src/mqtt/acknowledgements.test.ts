import { describe, expect, it } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const written: string[] = [];
  const acks = new Acknowledgements((bytes) => written.push(Buffer.from(bytes).toString('hex')));
  return { acks, written };
}

describe('acknowledgements', () => {
  it('go out in the order of arrival, whatever order the messages are taken in', async () => {
    const { acks, written } = setUp();
    const [first, second, third] = [1, 2, 0xfffe].map((id) => acks.expect(id));
    third!();
    second!();
    await turn();
    expect(written).toEqual([]);
    first!();
    await turn();
    expect(written).toEqual(['40020001' + '40020002' + '4002fffe']);
  });

  it('of one turn share a write, and are sent once', async () => {
    const { acks, written } = setUp();
    const [first, second] = [7, 8].map((id) => acks.expect(id));
    first!();
    await turn();
    first!();
    second!();
    second!();
    await turn();
    await turn();
    expect(written).toEqual(['40020007', '40020008']);
  });
});
