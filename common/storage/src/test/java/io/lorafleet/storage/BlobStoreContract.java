// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@link BlobStore}. The test of each implementation extends this class. */
public abstract class BlobStoreContract {
    private BlobStore store;

    /** @return an empty store */
    protected abstract BlobStore newStore() throws IOException;

    @BeforeEach
    void open() throws IOException {
        store = newStore();
    }

    @Test
    void returnsAStoredBlob() throws IOException {
        assertThat(store.putIfAbsent("a/b.png", bytes("image"))).isTrue();
        assertThat(store.get("a/b.png")).contains(bytes("image"));
    }

    @Test
    void keepsTheFirstOfTwoBlobsWithOneKey() throws IOException {
        store.putIfAbsent("key", bytes("first"));
        assertThat(store.putIfAbsent("key", bytes("second"))).isFalse();
        assertThat(store.get("key")).contains(bytes("first"));
    }

    @Test
    void findsNothingUnderAnUnknownKey() throws IOException {
        assertThat(store.get("no/such/blob")).isEmpty();
    }

    @Test
    void findsABlobThatIsBeingStored() throws Exception {
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < 100; i++) {
                String key = "key" + i;
                Future<byte[]> found = reader.submit(() -> {
                    while (true) {
                        Optional<byte[]> content = store.get(key);
                        if (content.isPresent()) {
                            return content.get();
                        }
                    }
                });
                store.putIfAbsent(key, bytes("image"));
                assertThat(found.get()).isEqualTo(bytes("image"));
            }
        } finally {
            reader.shutdownNow();
        }
    }

    @Test
    void knowsSizeAndTimeOfABlob() throws IOException {
        Instant before = Instant.now().minusSeconds(2); // some stores keep whole seconds
        store.putIfAbsent("g/1/0.png", bytes("image"));
        try (Stream<StoredBlob> blobs = store.entries("g/")) {
            assertThat(blobs).singleElement().satisfies(blob -> {
                assertThat(blob.key()).isEqualTo("g/1/0.png");
                assertThat(blob.bytes()).isEqualTo(5);
                assertThat(blob.storedAt()).isBetween(before, Instant.now().plusSeconds(2));
                assertThat(store.storedAt(blob.key())).contains(blob.storedAt());
            });
        }
        assertThat(store.storedAt("g/2/0.png")).isEmpty();
    }

    @Test
    void listsByPrefix() throws IOException {
        store.putIfAbsent("g/1/0.png", bytes("x"));
        store.putIfAbsent("g/1/1.png", bytes("x"));
        store.putIfAbsent("g/10/0.png", bytes("x"));
        try (Stream<String> keys = store.list("g/1/")) {
            assertThat(keys).containsExactlyInAnyOrder("g/1/0.png", "g/1/1.png");
        }
        try (Stream<String> keys = store.list("none")) {
            assertThat(keys).isEmpty();
        }
    }

    @Test
    void listsRemainingBlobsDuringConcurrentDeletion() throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add("g/" + i % 2 + "/" + i + ".png");
            store.putIfAbsent(all.get(i), bytes("x"));
        }
        try (Stream<String> keys = store.list("g/")) {
            Iterator<String> listed = keys.iterator();
            Set<String> found = new HashSet<>(Set.of(listed.next()));
            String left = found.contains("g/0/0.png") ? "g/0/2.png" : "g/0/0.png";
            for (String key : all) {
                if (!key.equals(left)) {
                    store.delete(key);
                }
            }
            listed.forEachRemaining(found::add);
            assertThat(all).containsAll(found);
            assertThat(found).contains(left);
        }
    }

    @Test
    void doesNotFindADeletedBlob() throws IOException {
        store.putIfAbsent("key", bytes("x"));
        store.delete("key");
        store.delete("key");
        assertThat(store.get("key")).isEmpty();
    }

    @Test
    void storesNothingWhenTheSourceFails() throws IOException {
        InputStream broken = new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("the source broke");
                }
                return 'x';
            }
        };
        assertThatThrownBy(() -> store.putIfAbsent("key", broken)).hasMessageContaining("the source broke");
        assertThat(store.get("key")).isEmpty();
        assertThat(keys()).isEmpty();
    }

    @Test
    void storesAStagedBlobUnderItsKey() throws IOException {
        try (StagedBlob staged = store.stage()) {
            staged.write(bytes("-imag-"), 1, 4);
            staged.write(bytes("e"), 0, 1);
            assertThat(staged.bytesWritten()).isEqualTo(5);
            assertThat(keys()).isEmpty();
            assertThat(staged.commit("a/b.png")).isTrue();
        }
        assertThat(store.get("a/b.png")).contains(bytes("image"));
    }

    @Test
    void keepsAnExistingBlobWhenAStagedBlobIsCommitted() throws IOException {
        store.putIfAbsent("key", bytes("first"));
        try (StagedBlob staged = store.stage()) {
            staged.write(bytes("second"), 0, 6);
            assertThat(staged.commit("key")).isFalse();
        }
        assertThat(store.get("key")).contains(bytes("first"));
    }

    @Test
    void replacesABlob() throws IOException {
        store.putIfAbsent("a/b", bytes("damaged"));
        for (String key : List.of("a/b", "c/d")) {
            try (StagedBlob staged = store.stage()) {
                staged.write(bytes("intact"), 0, 6);
                staged.replace(key);
            }
            assertThat(store.get(key)).contains(bytes("intact"));
        }
        assertThat(keys()).containsExactlyInAnyOrder("a/b", "c/d");
    }

    @Test
    void replacesABlobAfterACommitThatFoundOne() throws IOException {
        store.putIfAbsent("key", bytes("damaged"));
        try (StagedBlob staged = store.stage()) {
            staged.write(bytes("intact"), 0, 6);
            assertThat(staged.commit("key")).isFalse();
            staged.replace("key");
        }
        assertThat(store.get("key")).contains(bytes("intact"));
    }

    @Test
    void repairsABlobIfItsContentDiffers() throws IOException {
        String sha256 = Sha256.of(bytes("intact"));
        assertThat(store.isIntact("key", sha256)).isFalse();
        store.putOrRepair("key", bytes("intact"));
        assertThat(store.isIntact("key", sha256)).isTrue();
        store.delete("key");
        store.putIfAbsent("key", bytes("damaged"));
        assertThat(store.isIntact("key", sha256)).isFalse();
        store.putOrRepair("key", bytes("intact"));
        assertThat(store.isIntact("key", sha256)).isTrue();
    }

    @Test
    void readersFindEitherBlobDuringAReplacement() throws Exception {
        store.putIfAbsent("key", bytes("a".repeat(10_000)));
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<?> written = writer.submit(() -> {
                for (int i = 0; i < 50; i++) {
                    try (StagedBlob staged = store.stage()) {
                        staged.write(bytes("b".repeat(10_000)), 0, 10_000);
                        staged.replace("key");
                    }
                }
                return null;
            });
            while (!written.isDone()) {
                assertThat(new String(store.get("key").orElseThrow(), UTF_8)).matches("a{10000}|b{10000}");
            }
            written.get();
        } finally {
            writer.shutdownNow();
        }
    }

    @Test
    void discardsAStagedBlobThatIsNotCommitted() throws IOException {
        try (StagedBlob staged = store.stage()) {
            staged.write(bytes("given up"), 0, 8);
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void rejectsAnInvalidKeyOnCommit() throws IOException {
        try (StagedBlob staged = store.stage()) {
            assertThatThrownBy(() -> staged.commit("../a")).isInstanceOf(InvalidKeyException.class);
        }
        assertThat(keys()).isEmpty();
    }

    @Test
    void letsExactlyOneOfManyWritersStoreAKey() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> writes = IntStream.range(0, 32)
                    .<Callable<Boolean>>mapToObj(n -> () -> store.putIfAbsent("contended", bytes("writer " + n)))
                    .toList();
            int stored = 0;
            for (Future<Boolean> write : writers.invokeAll(writes)) {
                stored += write.get() ? 1 : 0;
            }
            assertThat(stored).isEqualTo(1);
        } finally {
            writers.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a b", "a\\b", "a\nb"})
    void rejectsAnInvalidKey(String key) {
        assertThatThrownBy(() -> store.putIfAbsent(key, bytes("x")))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("blob key");
        assertThatThrownBy(() -> store.get(key)).isInstanceOf(InvalidKeyException.class);
    }

    private List<String> keys() throws IOException {
        try (Stream<String> keys = store.list("")) {
            return keys.toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
