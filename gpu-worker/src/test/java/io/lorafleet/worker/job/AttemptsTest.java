// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {
    private static final String SHARED = BlobKeys.sharedAttempt("r1");
    private static final String FIRST = BlobKeys.attempt("r1", 1);
    private static final String SECOND = BlobKeys.attempt("r1", 2);

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private Attempts attempts;

    @BeforeEach
    void openStore() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        attempts = new Attempts(blobs, 2);
    }

    @Test
    void onlyAttemptsThatRanAloneCount() throws IOException {
        for (List<String> marked : List.of(List.of(SHARED), List.of(SHARED, FIRST), List.of(SHARED, FIRST, SECOND))) {
            try (Attempts.Attempt attempt = attempts.of("r1")) {
                assertThat(attempt.noneLeft()).isFalse();
                assertThat(begin(attempt)).isTrue();
            }
            assertThat(markers()).containsExactlyInAnyOrderElementsOf(marked);
        }
        try (Attempts.Attempt attempt = attempts.of("r1")) {
            assertThat(attempt.noneLeft()).isTrue();
            assertThat(begin(attempt)).isFalse();
        }
    }

    @Test
    void runsAloneAfterAnAttemptThatRanAlone() throws IOException {
        blobs.putIfAbsent(FIRST, new byte[0]);
        try (Attempts.Attempt attempt = attempts.of("r1")) {
            assertThat(begin(attempt)).isTrue();
        }
        assertThat(markers()).containsExactlyInAnyOrder(FIRST, SECOND);
    }

    @Test
    void anAttemptThatIsTakenBackDoesNotCount() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (Attempts.Attempt attempt = attempts.of("r1")) {
                begin(attempt);
                attempt.takeBack();
            }
        }
        assertThat(markers()).isEmpty();
        blobs.putIfAbsent(SHARED, new byte[0]);
        attempts.of("r1").takeBack(); // has not begun
        assertThat(markers()).containsExactly(SHARED);
    }

    @Test
    void aFailureBeforeTheJobCountsOnce() throws IOException {
        Attempts.Attempt attempt = attempts.of("r1");
        assertThat(attempt.begun()).isFalse();
        attempt.count();
        attempt.count();
        assertThat(attempt.begun()).isTrue();
        assertThat(markers()).containsExactly(SHARED);
        attempts.of("r1").count();
        assertThat(markers()).containsExactlyInAnyOrder(SHARED, FIRST);
    }

    /** Otherwise, the images of a request that crashes workers would take other requests with them. */
    @Test
    void runsAloneUntilItsImagesAreComplete() throws IOException {
        blobs.putIfAbsent(SHARED, new byte[0]);
        Attempts.Attempt alone = attempts.of("r1");
        begin(alone);
        CompletableFuture<Void> image = new CompletableFuture<>();
        alone.draws(List.of(image));
        Attempts.Attempt other = attempts.of("r2");
        assertThat(begin(other)).isFalse();
        alone.suspend(); // has no effect, because the images are not complete
        assertThat(begin(other)).isFalse();
        assertThat(begin(alone)).isTrue();
        alone.close();
        assertThat(begin(other)).isFalse();
        image.complete(null);
        assertThat(begin(other)).isTrue();
    }

    @Test
    void letsOthersRunWhileItIsSuspended() throws IOException {
        blobs.putIfAbsent(SHARED, new byte[0]);
        Attempts.Attempt alone = attempts.of("r1");
        begin(alone);
        alone.suspend();
        try (Attempts.Attempt other = attempts.of("r2")) {
            assertThat(begin(other)).isTrue();
        }
        assertThat(begin(alone)).isTrue();
        assertThat(begin(attempts.of("r3"))).as("beside the attempt").isFalse();
        assertThat(blobs.get(FIRST)).isPresent();
        assertThat(blobs.get(SECOND)).isEmpty();
    }

    /** @return whether the attempt may run at once */
    private static boolean begin(Attempts.Attempt attempt) throws IOException {
        return attempt.begin(() -> true);
    }

    private List<String> markers() throws IOException {
        try (Stream<String> keys = blobs.list("generations/r1/")) {
            return keys.toList();
        }
    }
}
