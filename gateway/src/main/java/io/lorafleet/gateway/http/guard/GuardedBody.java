// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.guard;

import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A body as it is read, which ends with a problem when it is too long, too slow, or too much beside the others. */
final class GuardedBody extends FilterInputStream {
    /** Bytes are taken from the quota by so many at a time. */
    private static final int STEP = 1 << 16;

    /** What Quarkus' VertxInputStream says after quarkus.http.read-timeout. */
    private static final String TIMED_OUT = "Read timed out";

    private final @Nullable String owner;
    private final Quota bytes;
    private final long patienceNanos;
    private final int minBytesPerSecond;
    private final long begun = System.nanoTime();

    private int limit = -1;
    private long read;
    private long held;

    /**
     * @param owner of the request; null where nobody is told from another
     * @param bytes the quota that a body takes from if it is held in memory
     * @param patience what a body may take beside the time that its length allows
     */
    GuardedBody(InputStream in, @Nullable String owner, Quota bytes, Duration patience, int minBytesPerSecond) {
        super(in);
        this.owner = owner;
        this.bytes = bytes;
        this.patienceNanos = patience.toNanos();
        this.minBytesPerSecond = minBytesPerSecond;
    }

    /** Says that all of it will be in memory. @param most bytes that it may have */
    void holdInMemory(int most) {
        limit = most;
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
                    ProblemType.TOO_LARGE, "expected at most " + limit + " bytes of JSON, found more");
        }
        long more = (read - 1) / STEP * STEP - held; // the first step is free: most bodies are small
        if (more > 0) {
            bytes.take(owner, more);
            held += more;
        }
    }

    private boolean isTooSlow() {
        return System.nanoTime() - begun > patienceNanos + read * 1_000_000_000L / minBytesPerSecond;
    }

    private ProblemException tooSlow() {
        return new ProblemException(
                ProblemType.TOO_SLOW,
                "expected at least " + minBytesPerSecond + " bytes of the body a second, found " + read + " bytes in "
                        + Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " seconds");
    }

    /** Waits for nothing: Quarkus' stream would read all that is still to come. */
    @Override
    public void close() {}

    /** Gives back what it holds. */
    synchronized void release() {
        if (held > 0) {
            bytes.giveBack(owner, held);
            held = 0;
        }
    }
}
