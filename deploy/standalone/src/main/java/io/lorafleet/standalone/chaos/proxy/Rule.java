// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/** What a proxy does with some of the frames. */
public final class Rule {
    /** What happens to a frame. */
    public enum Action {
        /** The frame, and all frames behind it on the connection, wait until the rule is removed. */
        HOLD,
        /** The frame is not forwarded. */
        DROP,
        /** The frame waits for a fixed time. */
        DELAY,
        /** The connection is closed. */
        RESET
    }

    private final Direction direction;
    private final Set<ApiKeys> apis;
    private final Action action;
    private final Duration delay;
    private final Predicate<Frame> condition;
    private final AtomicInteger hits = new AtomicInteger();
    private final CountDownLatch removed = new CountDownLatch(1);

    private Rule(Direction direction, Set<ApiKeys> apis, Action action, Duration delay, Predicate<Frame> condition) {
        this.direction = direction;
        this.apis = Set.copyOf(apis);
        this.action = action;
        this.delay = delay;
        this.condition = condition;
    }

    /**
     * @param apis request types that the rule matches; for a response, the type of its request. If there are none, the
     *     rule matches all types
     */
    public static Rule of(Action action, Direction direction, ApiKeys... apis) {
        return new Rule(direction, Set.of(apis), action, Duration.ZERO, frame -> true);
    }

    public static Rule delay(Duration delay, Direction direction, ApiKeys... apis) {
        return new Rule(direction, Set.of(apis), Action.DELAY, delay, frame -> true);
    }

    /** @return the same rule, for Produce requests with records of one topic */
    public Rule onTopic(Uuid id) {
        return new Rule(direction, apis, action, delay, frame -> frame.produces(id));
    }

    /** @return the same rule, but only for requests that contain an acknowledgement of this type */
    public Rule onAcknowledgement(AcknowledgeType type) {
        return new Rule(direction, apis, action, delay, frame -> frame.acknowledges(type));
    }

    /** @return number of frames that the rule applied to */
    public int hits() {
        return hits.get();
    }

    boolean matches(Frame frame) {
        return frame.direction() == direction
                && (apis.isEmpty() || apis.contains(frame.header().apiKey()))
                && condition.test(frame);
    }

    /** Applies the rule to one frame, after a wait if the rule requires one. */
    Action apply() throws InterruptedException {
        hits.incrementAndGet();
        if (action == Action.HOLD) {
            removed.await();
        } else if (action == Action.DELAY) {
            awaitRemoved();
        }
        return action;
    }

    @SuppressWarnings("ReturnValueIgnored") // a rule that is removed ends the wait early
    private void awaitRemoved() throws InterruptedException {
        removed.await(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    void remove() {
        removed.countDown();
    }
}
