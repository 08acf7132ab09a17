package io.lorafleet.standalone.bench;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Flow;

/** Notes when the event {@code finished} comes on a stream of server-sent events. What events hold is not of interest. */
final class EventStream implements Flow.Subscriber<String> {
    private static final String EVENT = "event:";

    private final InstantSource clock;
    private int events;
    private Instant finished;

    /**
     * What came before the stream was over.
     *
     * @param finished when the event came; null if the stream broke before
     * @param atOnce it was the first event: the generation had ended before
     */
    record Seen(Instant finished, boolean atOnce) {}

    EventStream(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
        if (line.startsWith(EVENT)) {
            events++;
            if (line.substring(EVENT.length()).strip().equals("finished")) {
                finished = clock.instant();
            }
        }
    }

    @Override
    public void onError(Throwable problem) {
        // The one who waits for the stream is told by its client.
    }

    @Override
    public void onComplete() {
        // Seen by the one who waits for the stream.
    }

    Seen seen() {
        return new Seen(finished, finished != null && events == 1);
    }
}
