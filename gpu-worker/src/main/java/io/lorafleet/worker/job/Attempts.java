// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to generate the images of requests. Each attempt has a marker in the blob store, because Kafka's
 * delivery count restarts at 1 when a broker restarts. If a request has a marker and no manifest, an attempt is in
 * progress, or its worker died, or the job failed unexpectedly.
 *
 * <p>The first attempt runs together with other jobs, and any of them may have caused its failure. Later attempts run
 * alone, and only these are counted.
 */
final class Attempts {
    private static final Logger LOG = Logger.getLogger(Attempts.class);
    private static final byte[] MARKER = {};

    private final BlobStore blobs;
    private final int max;
    private final JobGate gate = new JobGate();

    /** @param max number of attempts to run a request alone, after which the request fails */
    Attempts(BlobStore blobs, int max) {
        this.blobs = blobs;
        this.max = max;
    }

    /** @return the number of jobs that are waiting because they, or jobs before them, must run alone */
    int waiting() {
        return gate.waiting();
    }

    Attempt of(String requestId) {
        return new Attempt(requestId);
    }

    /** One attempt. Used by one thread. */
    final class Attempt implements AutoCloseable {
        private final String requestId;
        /** Null until the attempt is marked. */
        private @Nullable String marker;

        private boolean alone;
        private JobGate.@Nullable Pass pass;
        private CompletableFuture<?> drawing = CompletableFuture.completedFuture(null);

        private Attempt(String requestId) {
            this.requestId = requestId;
        }

        /** @return whether all attempts are used up, possibly by this attempt */
        boolean noneLeft() throws IOException {
            for (String key : counted()) {
                if (blobs.get(key).isEmpty()) {
                    return false;
                }
            }
            return true;
        }

        boolean begun() {
            return marker != null;
        }

        /**
         * Waits until the job may run, and marks the attempt. The attempt may already have begun and been suspended.
         *
         * @param ended whether the job must stop waiting
         * @return false if the job ended while it was waiting, or if another worker has begun an attempt in the
         *     meantime
         */
        boolean begin(BooleanSupplier ended) throws IOException {
            if (marker == null) {
                alone = failedBefore();
            }
            if (pass == null) {
                if (alone) {
                    LOG.infof("Request %s will run alone, because an earlier attempt did not end", requestId);
                }
                pass = gate.enter(alone, ended);
            }
            if (pass != null && marker == null) {
                marker = mark();
            }
            return pass != null && marker != null;
        }

        /** @return whether no other job of this worker may run at the same time; known after {@link #begin} */
        boolean runsAlone() {
            return alone;
        }

        /** Counts this attempt, which failed before its job ran. */
        void count() throws IOException {
            if (marker == null) {
                alone = failedBefore();
                marker = mark();
            }
        }

        private boolean failedBefore() throws IOException {
            return blobs.get(BlobKeys.sharedAttempt(requestId)).isPresent()
                    || blobs.get(BlobKeys.attempt(requestId, 1)).isPresent();
        }

        private @Nullable String mark() throws IOException {
            for (String key : alone ? counted() : List.of(BlobKeys.sharedAttempt(requestId))) {
                if (blobs.putIfAbsent(key, MARKER)) {
                    return key;
                }
            }
            return null;
        }

        private List<String> counted() {
            return IntStream.rangeClosed(1, max)
                    .mapToObj(number -> BlobKeys.attempt(requestId, number))
                    .toList();
        }

        /** Records that the job runs until these images are complete, even if the attempt ends earlier. */
        void draws(List<? extends CompletableFuture<?>> images) {
            drawing = CompletableFuture.allOf(images.toArray(CompletableFuture[]::new));
        }

        /**
         * Lets other jobs run while this attempt waits for the blob store. If the other jobs had to wait, the worker
         * could not find out whether the store works for those jobs.
         */
        void suspend() {
            if (drawing.isDone()) {
                close();
            }
        }

        /** Deletes the marker, because the job was abandoned for a reason unrelated to the request. */
        void takeBack() {
            if (marker == null) {
                return;
            }
            try {
                blobs.delete(marker);
            } catch (IOException e) {
                LOG.warnf("Request %s: cannot delete the attempt marker %s: %s", requestId, marker, e.getMessage());
            }
        }

        /** Lets other jobs run, as soon as no image of this job is being generated. */
        @Override
        public void close() {
            JobGate.Pass held = pass;
            pass = null;
            if (held != null) {
                drawing.whenComplete((done, failure) -> held.close());
            }
        }
    }
}
