// The openai package as its users use it, against the server at APUS_URL. No option but the base URL and the key.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import OpenAI from 'openai';

const baseURL = process.env.APUS_URL;
const apiKey = process.env.APUS_KEY ?? 'unused';
const client = new OpenAI({ baseURL, apiKey });
const hello = [{ role: 'user', content: 'Hello' }];
let model;

before(async () => {
  model = (await client.models.list()).data[0].id;
});

test('models.list and models.retrieve agree', async () => {
  const listed = (await client.models.list()).data[0];
  const card = await client.models.retrieve(listed.id);
  assert.deepEqual(card, listed);
  assert.equal(card.object, 'model');
  assert.equal(typeof card.created, 'number');
  assert.equal(typeof card.owned_by, 'string');
});

test('chat answers', async () => {
  const answer = await client.chat.completions.create({ model, messages: hello, temperature: 0 });
  assert.match(answer.id, /^chatcmpl-/);
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, model);
  const choice = answer.choices[0];
  assert.equal(choice.message.role, 'assistant');
  assert.ok(choice.message.content.length > 0);
  assert.equal(choice.finish_reason, 'stop');
  const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
  assert.equal(prompt_tokens + completion_tokens, total_tokens);
});

test('max_completion_tokens ends the answer', async () => {
  const answer = await client.chat.completions.create({ model, messages: hello, max_completion_tokens: 3 });
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.equal(answer.usage.completion_tokens, 3);
});

test('streamed chat joins to the whole answer', async () => {
  const request = { model, messages: hello, temperature: 0 };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let finish = null;
  let usage = null;
  for await (const chunk of stream) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finish, 'stop');
  assert.deepEqual(usage.total_tokens, whole.usage.total_tokens);
});

test('the stream helper collects the final message', async () => {
  const stream = client.chat.completions.stream({ model, messages: hello, temperature: 0 });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.role, 'assistant');
  assert.ok(final.choices[0].message.content.length > 0);
});

test('a stream that is left early ends on the server', async () => {
  const stream = await client.chat.completions.create({
    model,
    messages: hello,
    stream: true,
    max_tokens: 400,
    ignore_eos: true,
  });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) break;
  }
  const metrics = new URL('/metrics', baseURL);
  const deadline = Date.now() + 5000;
  let running = -1;
  while (running !== 0 && Date.now() < deadline) {
    const text = await (await fetch(metrics, { headers: { authorization: `Bearer ${apiKey}` } })).text();
    running = Number(/^vllm:num_requests_running\S* (\S+)$/m.exec(text)?.[1] ?? -1);
  }
  assert.equal(running, 0);
});

test('completion answers, whole and streamed', async () => {
  const request = { model, prompt: 'Once upon a time', max_tokens: 12, temperature: 0 };
  const whole = await client.completions.create(request);
  assert.match(whole.id, /^cmpl-/);
  assert.equal(whole.object, 'text_completion');
  assert.ok(whole.choices[0].text.length > 0);
  let text = '';
  for await (const chunk of await client.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.text ?? '';
  }
  assert.equal(text, whole.choices[0].text);
});

test('several choices and log-probabilities', async () => {
  const answer = await client.chat.completions.create({
    model,
    messages: hello,
    n: 2,
    seed: 1,
    temperature: 1,
    max_tokens: 5,
    logprobs: true,
    top_logprobs: 2,
  });
  assert.deepEqual(answer.choices.map((c) => c.index), [0, 1]);
  for (const choice of answer.choices) {
    assert.ok(choice.logprobs.content.every((t) => t.top_logprobs.length === 2 && t.logprob <= 0));
  }
});

test('a seed makes answers repeatable', async () => {
  const request = { model, messages: hello, seed: 7, temperature: 1.2, max_tokens: 20 };
  const texts = [];
  for (let i = 0; i < 2; i++) {
    texts.push((await client.chat.completions.create(request)).choices[0].message.content);
  }
  assert.equal(texts[0], texts[1]);
});

test('a bad value is a BadRequestError that names the field', async () => {
  await assert.rejects(client.chat.completions.create({ model, messages: hello, top_p: 7 }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.status, 400);
    assert.equal(error.param, 'top_p');
    assert.equal(error.type, 'invalid_request_error');
    return true;
  });
});

test('a bad value in a stream is a BadRequestError too', async () => {
  await assert.rejects(
    client.chat.completions.create({ model, messages: [], stream: true }),
    OpenAI.BadRequestError,
  );
});

test('an unknown model is a NotFoundError', async () => {
  const unknown = 'no/such-model';
  for (const call of [
    () => client.chat.completions.create({ model: unknown, messages: hello }),
    () => client.models.retrieve(unknown),
  ]) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, 'model_not_found');
      return true;
    });
  }
});

test('a wrong key is an AuthenticationError', { skip: !process.env.APUS_KEY }, async () => {
  const stranger = new OpenAI({ baseURL, apiKey: 'wrong-key-of-a-stranger' });
  await assert.rejects(stranger.models.list(), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.status, 401);
    assert.ok(!error.message.includes('wrong-key-of-a-stranger'));
    return true;
  });
});

test('sixteen at a time get the answers they get alone', async () => {
  const ask = (n) =>
    client.chat.completions
      .create({ model, messages: [{ role: 'user', content: `What is ${n} + ${n}?` }], temperature: 0, max_tokens: 12 })
      .then((answer) => answer.choices[0].message.content);
  const numbers = Array.from({ length: 16 }, (_, i) => i + 10);
  const together = await Promise.all(numbers.map(ask));
  for (const i of [0, 7, 15]) {
    assert.equal(together[i], await ask(numbers[i]));
  }
});
