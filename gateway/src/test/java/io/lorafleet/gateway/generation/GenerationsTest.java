// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import static io.lorafleet.gateway.generation.Samples.NOTHING_BUT_A_PROMPT;
import static io.lorafleet.gateway.generation.Samples.body;
import static io.lorafleet.gateway.generation.Samples.cancelled;
import static io.lorafleet.gateway.generation.Samples.ready;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.Storage;
import io.lorafleet.gateway.generation.admission.Admission;
import io.lorafleet.gateway.generation.admission.AdmissionRules;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.Origin;
import io.lorafleet.gateway.generation.admission.WebhookRules;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.SealedJson;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import io.lorafleet.storage.Sha256;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationsTest {
    private static final String NOBODY = null;
    private static final String NO_KEY = null;

    private final GenerationTable table = new GenerationTable(10, new Backlog(Clock.systemUTC()));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ListLog log = new ListLog();
    private BlobStore blobs;
    private Generations generations;

    @BeforeEach
    void wire(@TempDir Path directory) throws IOException {
        blobs = new DirectoryBlobStore(directory);
        generations = gateway(table);
    }

    private Generations gateway(GenerationTable known) {
        ModelDirectory models = new ModelDirectory(Clock.systemUTC());
        models.apply(ready());
        AdmissionRules rules = new AdmissionRules(
                Samples.LIMITS,
                models,
                new AdapterRegistry(),
                new Backlog(Clock.systemUTC()),
                new WebhookRules(true, Set.of(Origin.parse("https://hooks.test"))),
                Clock.systemUTC());
        return new Generations(rules, log, known, blobs, Storage.unlimited(blobs), Samples.metrics(meters));
    }

    @Test
    void remembersWhatWasPublished() {
        GenerateImage request =
                ((Admission.Admitted) generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, NO_KEY)).request();
        assertThat(log.written).containsExactly(request);
        assertThat(table.find(request.requestId())).map(Generation::request).contains(request);
    }

    @Test
    void findsOldGenerationsInTheBlobStore() throws IOException {
        GenerationManifest manifest = new GenerationManifest(Samples.request("old"), Samples.succeeded("old"));
        blobs.putIfAbsent(BlobKeys.manifest("old"), SealedJson.write(manifest));
        Generation found = generations.find("old").orElseThrow();
        assertThat(found.request()).isEqualTo(manifest.request());
        assertThat(found.finished()).isEqualTo(manifest.result());
        assertThat(generations.cancel("old")).isInstanceOf(Cancellation.AlreadyFinished.class);
        assertThat(table.summary(Samples.NOW).queued()).isZero();
    }

    @Test
    void findsOldGenerationsThatDidNotSucceed() throws IOException {
        for (GenerationFinished end : List.of(Samples.cancelled("c"), Samples.expired("e"))) {
            String id = end.requestId();
            blobs.putIfAbsent(BlobKeys.manifest(id), Json.write(new GenerationManifest(Samples.request(id), end)));
            assertThat(generations.find(id).orElseThrow().finished()).isEqualTo(end);
        }
    }

    @Test
    void findsNothingWithoutAManifest() {
        assertThat(generations.find("never")).isEmpty();
        assertThat(generations.find("../no id")).isEmpty();
    }

    /** A single changed character can still be valid JSON. Without an error, the generation would seem to be unknown. */
    @Test
    void reportsADamagedManifest() throws IOException {
        GenerationManifest manifest = new GenerationManifest(Samples.request("old"), Samples.succeeded("old"));
        String json = new String(SealedJson.write(manifest), UTF_8);
        for (String damaged : List.of("", json.substring(1), json.replace("prompt\":\"a", "prompt\":\"b"))) {
            blobs.delete(BlobKeys.manifest("old"));
            blobs.putIfAbsent(BlobKeys.manifest("old"), damaged.getBytes(UTF_8));
            assertThat(damaged).isNotEqualTo(json);
            assertThatThrownBy(() -> generations.find("old"))
                    .isInstanceOf(DamagedManifestException.class)
                    .hasMessageStartingWith("generations/old/manifest.json: ");
            assertThat(generations.hasEnded("old")).isFalse();
        }
    }

    @Test
    void doesNotRememberUnacknowledgedRequests() {
        log.isDeaf = true;
        assertThatThrownBy(() -> generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, NO_KEY))
                .isInstanceOf(NotPublishedException.class);
        assertThat(meters.get("lorafleet.generations.accepted").counters())
                .isNotEmpty()
                .allMatch(counter -> counter.count() == 0);
    }

    @Test
    void storesAnInitImageBeforeItIsReferredTo() throws IOException {
        byte[] png = Images.file("png", 64, 64);
        log.onWrite = request -> assertThat(stored(request.initImage())).contains(png);
        generations.submit(withInitImage(png), NOBODY, NO_KEY);
        assertThat(log.written).hasSize(1);
    }

    @Test
    void countsAnAcceptedGenerationWhenItEnds() {
        GenerateImage request =
                ((Admission.Admitted) generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, NO_KEY)).request();
        table.apply(cancelled(request.requestId()));
        table.apply(succeeded("of-another-gateway"));
        assertThat(meters.get("lorafleet.generations.accepted")
                        .tag("priority", "interactive")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("lorafleet.generation.duration").timers())
                .filteredOn(timer -> timer.count() > 0)
                .singleElement()
                .matches(timer -> timer.count() == 1)
                .extracting(timer ->
                        timer.getId().getTag("priority") + " " + timer.getId().getTag("status"))
                .isEqualTo("interactive cancelled");
    }

    @Test
    void acceptsARetryWithTheSameKeyOnce() {
        GenerationRequest body = body(Map.of("prompt", "a blue star"));
        GenerateImage request = ((Admission.Admitted) generations.submit(body, NOBODY, "k")).request();
        Admission again = generations.submit(body, NOBODY, "k");
        assertThat(log.written).containsExactly(request);
        assertThat(again)
                .isEqualTo(
                        new Admission.Repeated(table.find(request.requestId()).orElseThrow()));
        assertThat(generations.submit(body, NOBODY, "another key")).isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void derivesTheSameRequestFromAKeyOnEveryGateway() {
        GenerateImage here = ((Admission.Admitted) generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k")).request();
        GenerationTable knowsNothing = new GenerationTable(10, new Backlog(Clock.systemUTC()));
        GenerateImage there =
                ((Admission.Admitted) gateway(knowsNothing).submit(NOTHING_BUT_A_PROMPT, NOBODY, "k")).request();
        assertThat(there)
                .usingRecursiveComparison()
                .ignoringFields("acceptedAt")
                .isEqualTo(here);
    }

    @Test
    void keepsTheKeysOfDifferentOwnersApart() {
        GenerateImage hers = ((Admission.Admitted) generations.submit(NOTHING_BUT_A_PROMPT, "alice", "k")).request();
        GenerateImage his = ((Admission.Admitted) generations.submit(NOTHING_BUT_A_PROMPT, "bob", "k")).request();
        assertThat(his.requestId()).isNotEqualTo(hers.requestId());
        assertThat(hers.owner()).isEqualTo("alice");
    }

    @Test
    void refusesAnotherOrderWithTheSameKey() {
        generations.submit(body(Map.of("steps", 4)), NOBODY, "k");
        assertThat(generations.submit(body(Map.of("steps", 5)), NOBODY, "k")).isEqualTo(new Admission.KeyReused());
        assertThat(log.written).hasSize(1);
    }

    @Test
    void publishesConcurrentDuplicatesOnce() {
        List<Admission> second = new ArrayList<>();
        log.onWrite = request -> second.add(generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k"));
        generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        assertThat(second).containsExactly(new Admission.Underway());
        assertThat(log.written).hasSize(1);
    }

    @Test
    void allowsARetryOfAnUnacknowledgedRequest() {
        log.isDeaf = true;
        assertThatThrownBy(() -> generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k"))
                .isInstanceOf(NotPublishedException.class);
        log.isDeaf = false;
        assertThat(generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k")).isInstanceOf(Admission.Admitted.class);
    }

    /** Each gateway would choose its own acceptance time, and possibly other adapter versions. */
    @Test
    void twoGatewaysPublishTheSameRequestForAKey() throws Exception {
        Generations other = gateway(new GenerationTable(10, new Backlog(Clock.systemUTC())));
        CyclicBarrier start = new CyclicBarrier(2);
        GenerationRequest body = body(Map.of("prompt", "a", "webhook", "https://hooks.test/a"));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Admission>> both = threads.invokeAll(
                    List.of(() -> submit(generations, body, start), () -> submit(other, body, start)));
            for (Future<Admission> each : both) {
                assertThat(each.get()).isInstanceOf(Admission.Admitted.class);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(log.written).hasSize(2);
        assertThat(log.written.get(0)).isEqualTo(log.written.get(1));
        assertThat(((GenerateImage) log.written.get(0)).webhook()).isEqualTo("https://hooks.test/a");
    }

    private static Admission submit(Generations gateway, GenerationRequest body, CyclicBarrier start) throws Exception {
        start.await();
        return gateway.submit(body, NOBODY, "k");
    }

    /** The gateway that accepted the first request may not have read the other's record yet. */
    @Test
    void anotherGatewayRefusesAKeyWithAnotherBody() {
        generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        Generations other = gateway(new GenerationTable(10, new Backlog(Clock.systemUTC())));
        assertThat(other.submit(body(Map.of("prompt", "b")), NOBODY, "k")).isInstanceOf(Admission.KeyReused.class);
        assertThat(log.written).hasSize(1);
    }

    @Test
    void aDamagedClaimIsReplaced() throws IOException {
        generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        GenerateImage first = (GenerateImage) log.written.get(0);
        String key = BlobKeys.request(first.requestId());
        String claim = new String(blobs.get(key).orElseThrow(), UTF_8);
        blobs.delete(key);
        blobs.putIfAbsent(key, claim.replace(first.prompt(), "another prompt").getBytes(UTF_8));
        Generations other = gateway(new GenerationTable(10, new Backlog(Clock.systemUTC())));
        assertThat(other.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k")).isInstanceOf(Admission.Admitted.class);
        assertThat(((GenerateImage) log.written.get(1)).prompt()).isEqualTo(first.prompt());
        assertThat(SealedJson.read(blobs.get(key).orElseThrow(), GenerateImage.class)
                        .prompt())
                .isEqualTo(first.prompt());
    }

    /** The first gateway died between the claim and the record. */
    @Test
    void aRetryPublishesTheRequestThatWasClaimed() {
        log.isDeaf = true;
        assertThatThrownBy(() -> generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k"))
                .isInstanceOf(NotPublishedException.class);
        log.isDeaf = false;
        Generations other = gateway(new GenerationTable(10, new Backlog(Clock.systemUTC())));
        other.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        assertThat(log.written).hasSize(2);
        assertThat(log.written.get(0)).isEqualTo(log.written.get(1));
    }

    @Test
    void aClaimedRequestKeepsTheFieldsOfALaterRelease() throws IOException {
        Admission admission = generations.submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");
        String key = BlobKeys.request(((Admission.Admitted) admission).request().requestId());
        String claim = new String(SealedJson.open(blobs.get(key).orElseThrow()), UTF_8);
        String later = claim.replaceFirst("}$", ",\"tenant\":\"a\"}");
        String sealed = "{\"sha256\":\"" + Sha256.of(later.getBytes(UTF_8)) + "\"," + later.substring(1);
        blobs.delete(key);
        blobs.putIfAbsent(key, sealed.getBytes(UTF_8));

        gateway(new GenerationTable(10, new Backlog(Clock.systemUTC()))).submit(NOTHING_BUT_A_PROMPT, NOBODY, "k");

        assertThat(log.written).hasSize(2);
        assertThat(log.json).contains("\"tenant\":\"a\"").doesNotContain("\"sha256\":");
    }

    @Test
    void claimsContainNoWebhook() throws IOException {
        GenerationRequest body = body(Map.of("prompt", "a", "webhook", "https://hooks.test/secret"));
        Admission admission = generations.submit(body, NOBODY, "k");
        String id = ((Admission.Admitted) admission).request().requestId();
        assertThat(new String(blobs.get(BlobKeys.request(id)).orElseThrow(), UTF_8))
                .contains(id)
                .doesNotContain("hooks.test");
    }

    @Test
    void publishesACancellation() {
        table.apply(request("g"));
        Cancellation cancellation = generations.cancel("g");
        assertThat(cancellation).isInstanceOf(Cancellation.Requested.class);
        assertThat(log.written).containsExactly(new CancelGeneration("g"));
        assertThat(table.find("g")).map(Generation::cancelling).contains(true);
    }

    @Test
    void doesNotCancelFinishedOrUnknownGenerations() {
        table.apply(succeeded("g"));
        assertThat(generations.cancel("g")).isInstanceOf(Cancellation.AlreadyFinished.class);
        assertThat(generations.cancel("another")).isEqualTo(new Cancellation.Unknown());
        assertThat(log.written).isEmpty();
    }

    private Optional<byte[]> stored(InitImage image) {
        try {
            return blobs.get(BlobKeys.initImage(image.sha256()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GenerationRequest withInitImage(byte[] file) {
        return body(Map.of("initImage", Images.base64(file)));
    }

    private static final class ListLog implements GenerationLog {
        private final List<Record> written = new CopyOnWriteArrayList<>();
        private boolean isDeaf;
        /** The last request. */
        private String json = "";

        private Consumer<GenerateImage> onWrite = command -> {};

        @Override
        public void write(GenerateImage command, LaterFields later) {
            onWrite.accept(command);
            json = new String(later.write(command), UTF_8);
            take(command.requestId(), command);
        }

        @Override
        public void write(CancelGeneration command) {
            take(command.requestId(), command);
        }

        private void take(String key, Record command) {
            if (isDeaf) {
                throw new NotPublishedException("a deaf log", key, null);
            }
            written.add(command);
        }
    }
}
