// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A clock that follows the clock of the Kafka brokers, so that no request expires because this machine's clock is
 * wrong. The time comes from acknowledgements of records on a topic with {@code message.timestamp.type=LogAppendTime}.
 * Between acknowledgements, the clock advances with {@link System#nanoTime}. Until the first acknowledgement, and on a
 * topic without that setting, it shows the machine's time. Thread-safe.
 */
public final class BrokerClock extends Clock {
    /**
     * Clock difference above which a warning is logged. It is larger than any delay between an append and its
     * acknowledgement, except during a fault.
     */
    static final Duration TOLERANCE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(BrokerClock.class);
    /** If an acknowledgement took longer, its timestamp is too inaccurate to set the clock. */
    private static final Duration SLOWEST_ACKNOWLEDGEMENT = Duration.ofSeconds(2);

    private final Clock machine;
    private final LongSupplier nanoTime;
    private volatile @Nullable Reading latest;
    private volatile Duration ahead = Duration.ZERO;
    private boolean warned;

    /** @param nanos value of the monotonic clock at {@code time} */
    private record Reading(Instant time, long nanos) {}

    public BrokerClock(Clock machine) {
        this(machine, System::nanoTime);
    }

    /** @param nanoTime monotonic clock, in nanoseconds */
    BrokerClock(Clock machine, LongSupplier nanoTime) {
        this.machine = machine;
        this.nanoTime = nanoTime;
    }

    /** A record that is being sent. */
    public final class Sending {
        private final long begin = nanoTime.getAsLong();

        private Sending() {}

        /**
         * @param timestamp timestamp in the record's acknowledgement, in milliseconds since 1970; negative if unknown
         */
        public void acknowledged(long timestamp) {
            long took = nanoTime.getAsLong() - begin;
            if (timestamp >= 0 && (latest == null || took <= SLOWEST_ACKNOWLEDGEMENT.toNanos())) {
                set(new Reading(Instant.ofEpochMilli(timestamp), begin + took / 2));
            }
        }
    }

    /** Call this before sending a record to a topic whose timestamps the broker sets. */
    public Sending sending() {
        return new Sending();
    }

    private synchronized void set(Reading reading) {
        latest = reading;
        ahead = Duration.between(instant(), machine.instant());
        boolean wrong = ahead.abs().compareTo(TOLERANCE) > 0;
        if (wrong && !warned) {
            LOG.warnf(
                    "This machine's clock is %d seconds %s the brokers' clock; using the brokers' time",
                    ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of");
        } else if (warned && !wrong) {
            LOG.info("This machine's clock agrees with the brokers' clock again");
        }
        warned = wrong;
    }

    /** @return how far the machine's clock is ahead of the brokers' clock; negative if it is behind */
    public Duration ahead() {
        return ahead;
    }

    @Override
    public Instant instant() {
        Reading reading = latest;
        return reading == null ? machine.instant() : reading.time().plusNanos(nanoTime.getAsLong() - reading.nanos());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("this clock supports only UTC");
    }
}
