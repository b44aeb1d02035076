package apus.runtime;

import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The chunks of a generation for one subscriber, fed by a virtual thread that takes as many as were
 * requested. Cancelling the subscription cancels the generation.
 */
final class ChunkPublisher implements Flow.Publisher<Chunk> {
    private final Generation generation;
    private final AtomicBoolean subscribed = new AtomicBoolean();

    ChunkPublisher(Generation generation) {
        this.generation = generation;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Chunk> subscriber) {
        Feed feed = new Feed(subscriber);
        subscriber.onSubscribe(feed);
        if (subscribed.compareAndSet(false, true)) {
            Thread.ofVirtual().name("apus-publisher").start(feed);
        } else {
            subscriber.onError(
                    new IllegalStateException(
                            "a generation takes one subscriber, this is another"));
        }
    }

    private final class Feed implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super Chunk> subscriber;
        private final Semaphore demand = new Semaphore(0);
        private volatile boolean cancelled;
        private volatile long refused;

        Feed(Flow.Subscriber<? super Chunk> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                refused = n;
                demand.release();
                return;
            }
            // A semaphore counts in ints; nobody reads more chunks than that.
            long room = (1L << 30) - demand.availablePermits();
            demand.release((int) Math.min(n, Math.max(1, room)));
        }

        @Override
        public void cancel() {
            cancelled = true;
            generation.close();
            demand.release();
        }

        @Override
        public void run() {
            try {
                while (true) {
                    demand.acquire();
                    if (cancelled) {
                        return;
                    }
                    if (refused != 0) {
                        throw new IllegalArgumentException("request(" + refused + ")");
                    }
                    Optional<Chunk> chunk = generation.next();
                    if (chunk.isEmpty()) {
                        subscriber.onComplete();
                        return;
                    }
                    subscriber.onNext(chunk.get());
                    if (generation.finished()) {
                        // The end needs no demand.
                        subscriber.onComplete();
                        return;
                    }
                }
            } catch (InterruptedException | RuntimeException e) {
                generation.close();
                subscriber.onError(e);
            }
        }
    }
}
