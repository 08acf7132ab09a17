// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.BlobStoreContract;
import io.lorafleet.storage.Sha256;
import io.lorafleet.storage.StagedBlob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

class S3BlobStoreTest extends BlobStoreContract {
    /** The smallest that S3 allows. */
    private static final int PART = 5 << 20;

    @TempDir
    private static Path folder;

    private static S3Server server;

    private final String bucket = "b-" + UUID.randomUUID();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
        server = new S3Server(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Override
    protected BlobStore newStore() throws IOException {
        client().createBucket(create -> create.bucket(bucket));
        return store("fleet/");
    }

    private BlobStore store(String prefix) throws IOException {
        S3BlobStore store = S3BlobStore.open(settings(bucket, prefix));
        open.add(store);
        return store;
    }

    private static S3Settings settings(String bucket, String prefix) {
        return new S3Settings(bucket, prefix, Optional.of(server.url()), Optional.empty(), true);
    }

    private S3Client client() {
        S3Client client = S3Clients.of(settings(bucket, ""));
        open.add(client);
        return client;
    }

    @Test
    void anObjectInPartsIsWhatWasWritten() throws IOException {
        byte[] large = new byte[2 * PART + 12_345];
        new Random(1).nextBytes(large);
        Path file = Files.write(folder.resolve("large"), large);
        S3Writer writer = new S3Writer(client(), bucket, PART);
        assertThat(writer.putIfAbsent("fleet/large", file)).isTrue();
        assertThat(writer.putIfAbsent("fleet/large", file)).isFalse();
        assertThat(store("fleet/").isIntact("large", Sha256.of(large))).isTrue();
    }

    /** The client repeats a request whose response is lost. The repeated request finds the object of the first one. */
    @Test
    void aWriteWhoseResponseIsLostIsSuccessful() throws IOException {
        LossyHttp http = new LossyHttp();
        S3Writer writer = new S3Writer(client(http), bucket, PART);
        http.loseNext("PUT");
        assertThat(writer.putIfAbsent("small", RequestBody.fromString("a"))).isTrue();
        assertThat(http.lost()).isEqualTo(1);
        assertThat(writer.putIfAbsent("small", RequestBody.fromString("a"))).isFalse();
        Path file = Files.write(folder.resolve("parts"), new byte[PART + 1]);
        http.loseNext("POST", "uploadId");
        assertThat(writer.putIfAbsent("large", file)).isTrue();
        assertThat(http.lost()).isEqualTo(2);
        assertThat(writer.putIfAbsent("large", file)).isFalse();
    }

    @Test
    void anObjectStoreThatIgnoresConditionsIsRefused() {
        S3Client client = client(new LossyHttp(), new ExecutionInterceptor() {
            @Override
            public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
                return context.httpRequest().copy(request -> request.removeHeader("If-None-Match"));
            }
        });
        assertThatThrownBy(() -> S3BlobStore.open(client, bucket, "fleet/"))
                .isInstanceOf(IOException.class)
                .hasMessage("object store: expected support for conditional writes (If-None-Match: *), but the second"
                        + " write of fleet/.lorafleet/conditional-writes replaced the first one");
    }

    private S3Client client(LossyHttp http, ExecutionInterceptor... interceptors) {
        S3Client client = S3Client.builder()
                .endpointOverride(server.url())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .httpClient(http)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .overrideConfiguration(all -> List.of(interceptors).forEach(all::addExecutionInterceptor))
                .build();
        open.add(client);
        return client;
    }

    @Test
    void listsMoreThanOnePage() throws IOException {
        BlobStore store = store("fleet/");
        for (int i = 0; i < 1005; i++) {
            store.putIfAbsent("many/" + i, new byte[] {1});
        }
        try (Stream<String> keys = store.list("many/")) {
            assertThat(keys).hasSize(1005);
        }
    }

    @Test
    void twoPrefixesAreTwoStores() throws IOException {
        BlobStore other = store("other/");
        store("fleet/").putIfAbsent("key", new byte[] {1});
        assertThat(other.get("key")).isEmpty();
        try (Stream<String> keys = other.list("")) {
            assertThat(keys).isEmpty();
        }
    }

    @Test
    void aBucketThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> S3BlobStore.open(settings("missing-bucket", "")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bucket");
    }

    /** A blob that cannot be read must never look as if there were none. */
    @Test
    void aServerThatIsAwayIsAnError() throws Exception {
        BlobStore store;
        try (S3Server other = new S3Server(Files.createDirectory(folder.resolve("other")))) {
            S3Settings settings = new S3Settings("away", "", Optional.of(other.url()), Optional.empty(), true);
            S3Client client = S3Clients.of(settings);
            open.add(client);
            client.createBucket(create -> create.bucket("away"));
            store = S3BlobStore.open(settings);
            open.add((S3BlobStore) store);
            store.putIfAbsent("key", new byte[] {1});
        }
        assertThatThrownBy(() -> store.get("key")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.list("k")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.delete("key")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.putIfAbsent("key", new byte[] {1})).isInstanceOf(IOException.class);
    }

    @Test
    void aStreamThatIsClosedEarlyLeavesTheStoreUsable() throws IOException {
        BlobStore store = store("fleet/");
        store.putIfAbsent("large", new ByteArrayInputStream(new byte[PART]));
        for (int i = 0; i < 100; i++) { // more than there are connections
            try (InputStream content = store.open("large").orElseThrow()) {
                assertThat(content.read()).isZero();
            }
        }
        try (StagedBlob staged = store.stage()) {
            staged.write(new byte[] {7}, 0, 1);
            assertThat(staged.commit("small")).isTrue();
        }
    }
}
