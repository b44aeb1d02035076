package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.DeviceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine as an embedder sees it, on a model that needs no weights. */
@Timeout(60)
class EngineTest {
    private static final int[] PROMPT = {1, 2, 3, 4, 5, 6, 7};
    private static final Sampling SEEDED = Sampling.builder().build().withSeed(7);

    private static Stops stops(int maxTokens) {
        return Stops.builder().maxTokens(maxTokens).ignoreEos(true).build();
    }

    private static Request request(Sampling sampling, int maxTokens) {
        return Request.of(PROMPT, sampling, stops(maxTokens)).withSkipSpecialTokens(false);
    }

    @Test
    void greedyTakesTheLikeliestTokenAtEachStep() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Result result = fake.engine.submit(request(Sampling.GREEDY, 20)).await();
            int[] tokens = result.choices().getFirst().tokenIds();
            List<Integer> all = new ArrayList<>();
            for (int id : PROMPT) {
                all.add(id);
            }
            for (int token : tokens) {
                float[] logits =
                        FakeExecutor.logits(
                                FakeEngine.VOCAB, all.stream().mapToInt(i -> i).toArray());
                for (float logit : logits) {
                    assertTrue(logits[token] >= logit);
                }
                all.add(token);
            }
            assertEquals(20, tokens.length);
            assertInstanceOf(Finish.Length.class, result.choices().getFirst().finish());
            assertEquals(new Result.Usage(7, 20, 0), result.usage());
            fake.assertNothingLeft();
        }
    }

    @Test
    void chunksJoinedAreTheWholeAnswer() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Result whole = fake.engine.submit(request(SEEDED, 20)).await();
            Generation generation = fake.engine.submit(request(SEEDED, 20));
            StringBuilder text = new StringBuilder();
            List<Integer> tokens = new ArrayList<>();
            generation.forEach(chunk -> {
                text.append(chunk.text());
                for (int id : chunk.tokenIds()) {
                    tokens.add(id);
                }
            });
            assertEquals(whole.choices().getFirst().text(), text.toString());
            assertArrayEquals(
                    whole.choices().getFirst().tokenIds(),
                    tokens.stream().mapToInt(i -> i).toArray());
            assertTrue(generation.finished());
            assertTrue(generation.next().isEmpty());
            assertEquals(text.toString(), generation.await().choices().getFirst().text());
        }
    }

    @Test
    void choicesHaveTheirOwnStreamsAndTheFirstIsTheOneAlone() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Request one = request(SEEDED, 12);
            String alone = fake.engine.submit(one).await().choices().getFirst().text();
            Result three = fake.engine.submit(one.with(Search.draw(3))).await();
            assertEquals(alone, three.choices().get(0).text());
            assertNotEquals(three.choices().get(0).text(), three.choices().get(1).text());
            assertNotEquals(three.choices().get(1).text(), three.choices().get(2).text());
            assertEquals(
                    new Result.Usage(7, 36, 4), three.usage(), "one full block was there already");
            fake.assertNothingLeft();
        }
    }

    @Test
    void moreChoicesThanPlacesTakeTurns() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 40, 2, 0)) {
            Request one = request(SEEDED, 6);
            Result five = fake.engine.submit(one.with(Search.draw(5))).await();
            assertEquals(5, five.choices().size());
            assertEquals(
                    fake.engine.submit(one).await().choices().getFirst().text(),
                    five.choices().getFirst().text());
            fake.assertNothingLeft();
        }
    }

    @Test
    void bestOfReturnsTheLikeliestOfTheSameCandidates() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Request logged =
                    request(SEEDED, 8)
                            .with(
                                    new LogprobOptions(
                                            0, LogprobOptions.OFF, LogprobOptions.Source.RAW));
            Result all = fake.engine.submit(logged.with(Search.draw(4))).await();
            Result best =
                    fake.engine
                            .submit(logged.with(new Search.Draw(1, 4, Search.Score.SUM)))
                            .await();
            Result.Choice expected = all.choices().getFirst();
            for (Result.Choice choice : all.choices()) {
                if (sum(choice) > sum(expected)) {
                    expected = choice;
                }
            }
            assertArrayEquals(expected.tokenIds(), best.choices().getFirst().tokenIds());
            assertEquals(0, best.choices().getFirst().index());
            assertEquals(32, best.usage().completionTokens());
            fake.assertNothingLeft();
        }
    }

    private static double sum(Result.Choice choice) {
        return choice.logprobs().stream().mapToDouble(TokenLogprobs::logprob).sum();
    }

    @Test
    void promptLogprobsAreThoseOfATeacherForcedPass() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            int[] prompt = new int[30];
            for (int i = 0; i < prompt.length; i++) {
                prompt[i] = i * 7 % FakeEngine.LETTERS;
            }
            Request scored =
                    Request.of(prompt, Sampling.GREEDY, Stops.after(0))
                            .with(
                                    new LogprobOptions(
                                            LogprobOptions.OFF, 2, LogprobOptions.Source.RAW));
            Generation generation = fake.engine.submit(scored);
            Result result = generation.await();
            assertEquals(29, result.promptLogprobs().size());
            assertEquals(result.promptLogprobs(), generation.promptLogprobs());
            for (int i = 1; i < prompt.length; i++) {
                float[] logits =
                        FakeExecutor.logits(FakeEngine.VOCAB, java.util.Arrays.copyOf(prompt, i));
                TokenLogprobs entry = result.promptLogprobs().get(i - 1);
                assertEquals(prompt[i], entry.id());
                assertEquals(
                        logits[prompt[i]] - PlainLogits.logSumExp(logits), entry.logprob(), 1e-5);
                assertEquals(2, entry.topIds().length);
            }
            assertEquals(0, result.usage().completionTokens());
            assertEquals("", result.choices().getFirst().text());
            assertInstanceOf(Finish.Length.class, result.choices().getFirst().finish());
            fake.assertNothingLeft();
        }
    }

    @Test
    void nothingIsComputedForNothing() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Result result =
                    fake.engine.submit(Request.of(PROMPT, Sampling.GREEDY, Stops.after(0))).await();
            assertInstanceOf(Finish.Length.class, result.choices().getFirst().finish());
            assertEquals(0, fake.engine.stats().steps());
        }
    }

    @Test
    void aCancelledGenerationEndsAndFreesItsBlocks() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            fake.executor.stepNanos = 5_000_000;
            Generation generation = fake.engine.submit(request(SEEDED, 50).with(Search.draw(2)));
            generation.next();
            generation.cancel();
            generation.cancel();
            List<Finish> ends = new ArrayList<>();
            generation.forEach(chunk -> chunk.finish().ifPresent(ends::add));
            assertEquals(2, ends.size());
            assertInstanceOf(Finish.Cancelled.class, ends.getFirst());
            assertEquals(1, fake.engine.stats().finished().get("abort"));
            fake.assertNothingLeft();
        }
    }

    @Test
    void closingAGenerationCancelsIt() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            fake.executor.stepNanos = 5_000_000;
            Generation generation = fake.engine.submit(request(SEEDED, 50));
            generation.close();
            assertInstanceOf(
                    Finish.Cancelled.class, generation.await().choices().getFirst().finish());
        }
    }

    @Test
    void aReaderTooSlowLosesItsOwnRequestOnly() throws Exception {
        EngineOptions options = FakeEngine.options().change().maxBufferedChunks(3).build();
        try (FakeEngine fake = new FakeEngine(options)) {
            // Who waits for the whole answer takes chunks from then on: so first wait, then
            // compute.
            CountDownLatch waiting = new CountDownLatch(1);
            fake.executor.gate = waiting;
            Generation slow = fake.engine.submit(request(SEEDED, 40));
            Generation whole = fake.engine.submit(request(SEEDED, 40));
            FutureTask<Result> reading = new FutureTask<>(whole::await);
            Thread reader = Thread.ofPlatform().start(reading);
            while (reader.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            waiting.countDown();
            Result result = reading.get(30, TimeUnit.SECONDS);
            assertInstanceOf(Finish.Length.class, result.choices().getFirst().finish());
            while (slow.result().isEmpty()) {
                Thread.sleep(1);
            }
            List<Chunk> chunks = slow.stream().toList();
            assertEquals(4, chunks.size());
            assertInstanceOf(Finish.Cancelled.class, chunks.getLast().finish().orElseThrow());
            fake.assertNothingLeft();
        }
    }

    @Test
    void aFullQueueRefuses() throws Exception {
        EngineOptions options = FakeEngine.options().change().maxQueue(2).maxConcurrency(1).build();
        try (FakeEngine fake = new FakeEngine(options)) {
            fake.executor.stepNanos = 20_000_000;
            Generation first = fake.engine.submit(request(SEEDED, 50));
            first.next(); // running, so the queue is empty
            fake.engine.submit(request(SEEDED, 5));
            Generation last = fake.engine.submit(request(SEEDED, 5));
            CapacityException full =
                    assertThrows(
                            CapacityException.class, () -> fake.engine.submit(request(SEEDED, 5)));
            assertEquals(CapacityException.Reason.QUEUE_FULL, full.reason());
            first.cancel();
            last.await();
            fake.engine.submit(request(SEEDED, 5)).await();
        }
    }

    @Test
    void impossibleRequestsAreRefusedByName() {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 10, 8, 0)) {
            Map<String, Request> impossible =
                    Map.of(
                            "prompt",
                            Request.of(new int[] {99}, SEEDED, stops(1)),
                            "max_tokens",
                            request(SEEDED, 60),
                            "stop_token_ids",
                            Request.of(
                                    PROMPT,
                                    SEEDED,
                                    Stops.builder().maxTokens(1).tokens(List.of(-1)).build()),
                            "logit_bias",
                            request(
                                    SEEDED.change().logitBias(Map.of(FakeEngine.VOCAB, 1f)).build(),
                                    1),
                            "best_of",
                            request(SEEDED, 20)
                                    .with(new Search.Beam(1, 4, 1, Search.EarlyStopping.FALSE)));
            impossible.forEach((param, request) -> {
                RequestException e =
                        assertThrows(
                                RequestException.class, () -> fake.engine.submit(request), param);
                assertEquals(param, e.param());
            });
            RequestException tooLong =
                    assertThrows(
                            RequestException.class,
                            () ->
                                    fake.engine.submit(
                                            Request.of(
                                                    new int[FakeEngine.CONTEXT],
                                                    SEEDED,
                                                    stops(1))));
            assertEquals(RequestException.Reason.CONTEXT_LENGTH, tooLong.reason());
        }
    }

    @Test
    void aFailedStepFailsItsRequestsAndNoOthers() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            fake.executor.failAt = 3;
            Finish finish =
                    fake.engine.submit(request(SEEDED, 20)).await().choices().getFirst().finish();
            assertInstanceOf(Finish.Failed.class, finish);
            assertInstanceOf(
                    Finish.Length.class,
                    fake.engine.submit(request(SEEDED, 20)).await().choices().getFirst().finish());
            assertEquals(Engine.State.RUNNING, fake.engine.state());
            fake.assertNothingLeft();
        }
    }

    @Test
    void aLostDeviceEndsTheEngine() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            fake.executor.failure = new DeviceException("lost");
            fake.executor.failAt = 2;
            Finish finish =
                    fake.engine.submit(request(SEEDED, 20)).await().choices().getFirst().finish();
            assertInstanceOf(Finish.Failed.class, finish);
            while (!fake.executor.closed()) {
                Thread.sleep(1);
            }
            assertEquals(Engine.State.DEAD, fake.engine.state());
            CapacityException dead =
                    assertThrows(
                            CapacityException.class, () -> fake.engine.submit(request(SEEDED, 1)));
            assertEquals(CapacityException.Reason.ENGINE_DEAD, dead.reason());
        }
    }

    @Test
    void aRequestWithNothingLeftToDrawFailsAlone() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Sampling impossible =
                    SEEDED.change().allowedTokens(List.of(3)).badWords(List.of(List.of(3))).build();
            Generation other = fake.engine.submit(request(SEEDED, 20));
            assertInstanceOf(
                    Finish.Failed.class,
                    fake.engine
                            .submit(request(impossible, 5))
                            .await()
                            .choices()
                            .getFirst()
                            .finish());
            assertInstanceOf(Finish.Length.class, other.await().choices().getFirst().finish());
            fake.assertNothingLeft();
        }
    }

    @Test
    void closeLetsRunningWorkFinish() throws Exception {
        FakeEngine fake = new FakeEngine(FakeEngine.options());
        fake.executor.stepNanos = 1_000_000;
        Generation generation = fake.engine.submit(request(SEEDED, 30));
        generation.next();
        fake.close();
        assertInstanceOf(Finish.Length.class, generation.await().choices().getFirst().finish());
        CapacityException closed =
                assertThrows(CapacityException.class, () -> fake.engine.submit(request(SEEDED, 1)));
        assertEquals(CapacityException.Reason.SHUTTING_DOWN, closed.reason());
        fake.assertNothingLeft();
    }

    @Test
    void closeEndsWhatOutlivesTheGrace() throws Exception {
        FakeEngine fake =
                new FakeEngine(FakeEngine.options().change().shutdownGrace(Duration.ZERO).build());
        fake.executor.stepNanos = 10_000_000;
        Generation generation = fake.engine.submit(request(SEEDED, 50));
        generation.next();
        fake.close();
        assertInstanceOf(Finish.Failed.class, generation.await().choices().getFirst().finish());
        fake.assertNothingLeft();
    }

    @Test
    void theEndOfSequenceTokenEndsAndIsNotShown() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            Sampling forced =
                    Sampling.GREEDY.change().logitBias(Map.of(FakeEngine.EOS, 100f)).build();
            Stops stops = Stops.builder().maxTokens(9).minTokens(3).build();
            Request request = Request.of(PROMPT, forced, stops).withSkipSpecialTokens(false);
            Result.Choice choice = fake.engine.submit(request).await().choices().getFirst();
            assertEquals(4, choice.tokenIds().length);
            assertEquals(FakeEngine.EOS, choice.tokenIds()[3]);
            assertFalse(choice.text().contains("<" + FakeEngine.EOS + ">"), choice.text());
            Finish.Stop stop = assertInstanceOf(Finish.Stop.class, choice.finish());
            assertTrue(stop.string().isEmpty() && stop.token().isEmpty());
        }
    }

    @Test
    void aPublisherFeedsItsSubscriberOnDemand() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options())) {
            List<String> pieces = new ArrayList<>();
            CountDownLatch complete = new CountDownLatch(1);
            Generation generation = fake.engine.submit(request(SEEDED, 10));
            generation
                    .publisher()
                    .subscribe(
                            new Flow.Subscriber<>() {
                                private Flow.Subscription subscription;

                                @Override
                                public void onSubscribe(Flow.Subscription s) {
                                    subscription = s;
                                    s.request(1);
                                }

                                @Override
                                public void onNext(Chunk chunk) {
                                    pieces.add(chunk.text());
                                    subscription.request(1);
                                }

                                @Override
                                public void onError(Throwable t) {
                                    pieces.add(t.toString());
                                }

                                @Override
                                public void onComplete() {
                                    complete.countDown();
                                }
                            });
            assertTrue(complete.await(20, TimeUnit.SECONDS));
            assertEquals(generation.await().choices().getFirst().text(), String.join("", pieces));
        }
    }

    @Test
    void aSequenceThatCrossesALongRopeIsRecomputedAndGoesOn() throws Exception {
        try (FakeEngine fake = new FakeEngine(FakeEngine.options(), 40, 8, 10)) {
            Request greedy = request(Sampling.GREEDY, 20).with(Search.draw(2));
            Result result = fake.engine.submit(greedy).await();
            try (FakeEngine plain = new FakeEngine(FakeEngine.options())) {
                assertEquals(
                        plain.engine.submit(greedy).await().choices().getFirst().text(),
                        result.choices().get(1).text());
            }
            fake.assertNothingLeft();
        }
    }
}
