// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import static io.lorafleet.registry.Samples.NOW;
import static io.lorafleet.registry.Samples.SHA;
import static io.lorafleet.registry.Samples.style;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.Kind;
import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionNumbersTest {
    private static final String OTHER = "cd".repeat(32);
    private static final Lineage LINEAGE = new Lineage(1, 0, 0, 5, 2, 42, "plan");

    @TempDir
    private Path directory;

    private BlobStore blobs;
    private VersionNumbers numbers;

    @BeforeEach
    void open() throws IOException {
        blobs = new DirectoryBlobStore(directory);
        numbers = new VersionNumbers(blobs);
    }

    @Test
    void givesTheLowestFreeNumber() throws IOException {
        assertThat(claimed(upload("a", 1))).isEqualTo(upload("a", 1));
        assertThat(claimed(upload("b", 1))).isEqualTo(upload("b", 2));
        assertThat(claimed(upload("c", 7))).isEqualTo(upload("c", 7));
        assertThat(claimed(style("oil", 1)).version()).isEqualTo(1);
    }

    @Test
    void repeatedClaimGivesTheSameVersion() throws IOException {
        AdapterVersion first = claimed(trained(NOW, 0.9));
        assertThat(claimed(trained(NOW.plusSeconds(60), 0.8))).isEqualTo(first);
        assertThat(claimed(upload("b", 1)).version()).isEqualTo(2);
    }

    @Test
    void claimIsOfOneVersion() throws IOException {
        List<AdapterVersion> different = List.of(
                version(SHA, null, Kind.STYLE, null, null),
                version(OTHER, null, Kind.STYLE, null, null),
                version(OTHER, SHA, Kind.STYLE, null, null),
                version(OTHER, SHA, Kind.STUDENT, 5.0, null),
                version(OTHER, SHA, Kind.STUDENT, 6.0, null),
                version(OTHER, SHA, Kind.STUDENT, 6.0, LINEAGE));
        for (int i = 0; i < different.size(); i++) {
            assertThat(claimed(different.get(i)).version()).isEqualTo(i + 1);
        }
    }

    @Test
    void repeatedClaimKeepsTheFieldsOfALaterRelease() throws IOException {
        String claim = new String(Json.write(upload("a", 1)), UTF_8);
        String later = claim.substring(0, claim.length() - 1) + ",\"licence\":\"CC0\"}";
        blobs.putIfAbsent(BlobKeys.adapterNumber("ink", 1), later.getBytes(UTF_8));
        assertThat(new String(numbers.claim(upload("a", 1)).value(), UTF_8)).contains("\"licence\":\"CC0\"");
    }

    /** The caller has not read the versions yet. An older version would not become the newest one. */
    @Test
    void repeatsOnlyTheLastClaim() throws IOException {
        claimed(upload("a", 1));
        claimed(upload("b", 1));
        assertThat(claimed(upload("a", 1)).version()).isEqualTo(3);
    }

    @Test
    void skipsClaimsThatItCannotRead() throws IOException {
        blobs.putIfAbsent(BlobKeys.adapterNumber("ink", 1), SHA.getBytes(UTF_8));
        assertThat(claimed(style("ink", 1)).version()).isEqualTo(2);
    }

    @Test
    void concurrentClaimsOfDifferentVersionsGetDifferentNumbers() throws Exception {
        int each = 20;
        List<Integer> all = claim(each, (claimant, i) -> upload(claimant + i, 1));
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 2 * each).boxed().toList());
    }

    @Test
    void concurrentClaimsOfTheSameVersionGetTheSameNumber() throws Exception {
        int each = 20;
        List<Integer> all = claim(each, (claimant, i) -> upload("both" + i, i + 1));
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, each)
                        .boxed()
                        .flatMap(number -> List.of(number, number).stream())
                        .toList());
    }

    private AdapterVersion claimed(AdapterVersion draft) throws IOException {
        return numbers.claim(draft).version();
    }

    private interface Drafts {
        AdapterVersion draft(String claimant, int i);
    }

    /** @return the numbers that two claimants get, who claim at the same time */
    private List<Integer> claim(int each, Drafts drafts) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<List<Integer>>> claimed = new ArrayList<>();
            for (String claimant : List.of("left", "right")) {
                VersionNumbers own = new VersionNumbers(new DirectoryBlobStore(directory));
                claimed.add(threads.submit(() -> {
                    List<Integer> got = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        start.await();
                        got.add(own.claim(drafts.draft(claimant, i)).version().version());
                    }
                    return got;
                }));
            }
            List<Integer> all = new ArrayList<>(claimed.get(0).get());
            all.addAll(claimed.get(1).get());
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private static AdapterVersion upload(String file, int number) {
        return style("ink", number, Sha256.of(file.getBytes(UTF_8)));
    }

    private static AdapterVersion trained(Instant at, double learned) {
        return new AdapterVersion(
                "ink",
                1,
                SHA,
                10,
                4,
                SHA,
                Kind.STUDENT,
                5.0,
                at,
                null,
                LINEAGE,
                new Figures(learned, 0.8, null, null),
                null,
                null,
                null);
    }

    private static AdapterVersion version(String sha256, String base, Kind kind, Double guidance, Lineage lineage) {
        return new AdapterVersion(
                "ink", 1, sha256, 10, 4, base, kind, guidance, NOW, null, lineage, null, null, null, null);
    }
}
