// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request body; reads fail with a problem if the body is too long or too slow, or exceeds a memory quota. */
final class GuardedBody extends FilterInputStream {
    /** Number of bytes to take from the quota at a time. */
    private static final int STEP = 1 << 16;

    /** The message of the exception that Quarkus' VertxInputStream throws when quarkus.http.read-timeout expires. */
    private static final String TIMED_OUT = "Read timed out";

    private final @Nullable String owner;
    private final Quota bytes;
    private final long gracePeriodNanos;
    private final int minBytesPerSecond;
    private final long begun = System.nanoTime();

    private int limit = -1;
    private String kind = "";
    private long read;
    private long held;

    /**
     * @param owner the caller; null in open mode
     * @param bytes the quota for bodies that are held in memory
     * @param gracePeriod time allowed in addition to the body's length divided by the minimum rate
     */
    GuardedBody(InputStream in, @Nullable String owner, Quota bytes, Duration gracePeriod, int minBytesPerSecond) {
        super(in);
        this.owner = owner;
        this.bytes = bytes;
        this.gracePeriodNanos = gracePeriod.toNanos();
        this.minBytesPerSecond = minBytesPerSecond;
    }

    /**
     * Declares that the whole body will be held in memory.
     *
     * @param most maximum number of bytes
     * @param kind kind of the body, for the error if there are more
     */
    void holdInMemory(int most, String kind) {
        limit = most;
        this.kind = kind;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count;
        try {
            count = super.read(buffer, offset, length);
        } catch (IOException e) {
            if (TIMED_OUT.equals(e.getMessage())) {
                throw tooSlow();
            }
            throw e;
        }
        if (count < 0) {
            return count;
        }
        read += count;
        if (limit >= 0) {
            hold();
        }
        if (isTooSlow()) {
            throw tooSlow();
        }
        return count;
    }

    private void hold() {
        if (read > limit) {
            throw new ProblemException(
                    ProblemType.TOO_LARGE, "body: expected at most " + limit + " bytes of " + kind + ", found more");
        }
        long more = (read - 1) / STEP * STEP - held; // the first step is free, because most bodies are small
        if (more > 0) {
            bytes.take(owner, more);
            held += more;
        }
    }

    private boolean isTooSlow() {
        return System.nanoTime() - begun > gracePeriodNanos + read * 1_000_000_000L / minBytesPerSecond;
    }

    private ProblemException tooSlow() {
        return new ProblemException(
                ProblemType.TOO_SLOW,
                "body: expected at least " + minBytesPerSecond + " bytes per second, found " + read + " bytes in "
                        + Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " seconds");
    }

    /** Does nothing, because Quarkus' stream would block until it has read the rest of the body. */
    @Override
    public void close() {}

    /** Returns the bytes to the quota. */
    synchronized void release() {
        if (held > 0) {
            bytes.giveBack(owner, held);
            held = 0;
        }
    }
}
