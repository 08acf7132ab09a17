// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIException;
import com.openai.models.images.Image;
import com.openai.models.images.ImageCreateVariationParams;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageEditStreamEvent;
import com.openai.models.images.ImageGenPartialImageEvent;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImageGenerateParams.OutputFormat;
import com.openai.models.images.ImagesResponse;
import com.openai.models.models.Model;
import io.lorafleet.gateway.Images;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.storage.BlobStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the gateway with OpenAI's official client, unmodified. */
@QuarkusTest
class OpenAiClientTest extends GatewayTest {
    private static final byte[] PREVIEW = Images.file("jpeg", 8, 8);

    @Inject
    BlobStore blobs;

    @TestHTTPResource("/v1")
    private URI api;

    private OpenAIClient client;

    @BeforeEach
    void openTheClient() {
        client = OpenAIOkHttpClient.builder()
                .baseUrl(api.toString())
                .apiKey("none is asked for")
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void closeTheClient() {
        client.close();
    }

    @Test
    void listsModels() {
        assertThat(client.models().list().data()).extracting(Model::id).contains("tiny-sd");
        assertThat(client.models().retrieve("tiny-sd").ownedBy()).isEqualTo("lorafleet");
        assertThatThrownBy(() -> client.models().retrieve("no-such"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("expected one of the models that /v1/models lists");
    }

    @ParameterizedTest
    @CsvSource({"png", "jpeg", "webp"})
    void generatesAnImage(String format) {
        ImagesResponse answer = meanwhile(
                "generated as " + format,
                params -> client.images()
                        .generate(params.size("128x64")
                                .outputFormat(OutputFormat.of(format))
                                .outputCompression(80)
                                .build()),
                worker::succeed);
        Image image = answer.data().orElseThrow().get(0);
        byte[] file = Base64.getDecoder().decode(image.b64Json().orElseThrow());
        BufferedImage decoded = Images.read(file);
        assertThat(decoded.getWidth()).isEqualTo(64); // the size of the worker's image
        assertThat(new String(file, ISO_8859_1))
                .contains(format.equals("png") ? "PNG" : format.equals("jpeg") ? "JFIF" : "WEBP");
    }

    @Test
    void streamsPartialImages() {
        List<ImageGenStreamEvent> events =
                meanwhile("streamed", params -> stream(params.partialImages(2).outputFormat(OutputFormat.JPEG)), id -> {
                    worker.start(id);
                    for (int step = 1; step <= 8; step++) {
                        worker.step(id, step, 8, PREVIEW);
                    }
                    worker.succeed(id);
                });
        assertThat(events).hasSize(3);
        assertThat(events.subList(0, 2))
                .extracting(event -> event.asGenerationPartialImage().partialImageIndex())
                .containsExactly(0L, 1L);
        ImageGenPartialImageEvent partial = events.get(0).asGenerationPartialImage();
        BufferedImage preview = Images.read(Base64.getDecoder().decode(partial.b64Json()));
        assertThat(preview.getWidth()).isEqualTo(64);
        assertThat(events.get(2).asGenerationCompleted().usage().totalTokens()).isZero();
    }

    @Test
    void streamsTheFailureOfAGeneration() {
        assertThatThrownBy(() -> meanwhile(
                        "streamed to its failure",
                        this::stream,
                        id -> worker.fail(id, GenerationFailed.Reason.ATTEMPTS_EXHAUSTED, "gave up after 3")))
                .hasRootCauseInstanceOf(OpenAIException.class)
                .rootCause()
                .hasMessageContaining("gave up after 3");
    }

    /** The transparent half of the mask is white in the fleet's own mask, and the other half is kept exactly. */
    @Test
    void editsAnImageWithAMask() throws IOException {
        GenerateImage command = edited(
                "edited under a mask",
                params -> params.image(Images.file("png", 64, 64))
                        .mask(Images.transparent(64, 64, 32))
                        .size("64x64")
                        .n(2));
        assertThat(command.count()).isEqualTo(2);
        InitImage start = command.initImage();
        assertThat(start.strength()).isEqualTo(1);
        assertThat(start.mask().keepUnmasked()).isTrue();
        BufferedImage mask =
                Images.read(blobs.get(BlobKeys.initImage(start.mask().sha256())).orElseThrow());
        assertThat(mask.getRGB(31, 10) & 0xFF).isZero();
        assertThat(mask.getRGB(32, 10) & 0xFF).isEqualTo(255);
    }

    @Test
    void editsTheTransparentPartOfAnImageWithoutAMask() {
        GenerateImage command =
                edited("edited where transparent", params -> params.image(Images.transparent(64, 64, 48)));
        assertThat(command.initImage().mask()).isNotNull();
    }

    @Test
    void editsAWholeImageWithoutAMask() {
        GenerateImage command = edited("edited as a whole", params -> params.image(Images.file("jpeg", 64, 64)));
        assertThat(command.initImage().mask()).isNull();
        assertThat(command.initImage().strength()).isEqualTo(0.8);
    }

    @Test
    void streamsAnEdit() {
        CompletableFuture<List<ImageEditStreamEvent>> answer = CompletableFuture.supplyAsync(() -> {
            try (StreamResponse<ImageEditStreamEvent> events = client.images()
                    .editStreaming(ImageEditParams.builder()
                            .prompt("edited in a stream")
                            .image(Images.file("png", 64, 64))
                            .build())) {
                return events.stream().toList();
            }
        });
        worker.succeed(awaitCommand("edited in a stream").requestId());
        assertThat(answer.join())
                .singleElement()
                .satisfies(event -> assertThat(event.asCompleted().b64Json()).isNotEmpty());
    }

    /** OpenAI has deprecated variations, but its clients still have them. */
    @SuppressWarnings("deprecation")
    @Test
    void variesAnImage() {
        CompletableFuture<ImagesResponse> answer = CompletableFuture.supplyAsync(() -> client.images()
                .createVariation(ImageCreateVariationParams.builder()
                        .image(Images.file("png", 72, 64))
                        .build()));
        GenerateImage command = awaitCommand("");
        worker.succeed(command.requestId());
        assertThat(answer.join().data().orElseThrow()).hasSize(1);
        assertThat(command.initImage().strength()).isEqualTo(0.6);
        assertThat(command.width()).isEqualTo(72);
    }

    private GenerateImage edited(String prompt, UnaryOperator<ImageEditParams.Builder> fields) {
        CompletableFuture<ImagesResponse> answer = CompletableFuture.supplyAsync(() -> client.images()
                .edit(fields.apply(ImageEditParams.builder().prompt(prompt)).build()));
        GenerateImage command = awaitCommand(prompt);
        worker.succeed(command.requestId());
        assertThat(answer.join().data().orElseThrow().get(0).b64Json()).isPresent();
        return command;
    }

    private static GenerateImage awaitCommand(String prompt) {
        return Json.read(
                WorkerPeer.await(
                                Topic.REQUESTS,
                                record -> Json.read(record.value(), GenerateImage.class)
                                        .prompt()
                                        .equals(prompt))
                        .value(),
                GenerateImage.class);
    }

    @Test
    void reportsInvalidFields() {
        assertThatThrownBy(() -> client.images()
                        .generate(ImageGenerateParams.builder()
                                .prompt("a")
                                .size("60x64")
                                .build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("size: expected a multiple of 8");
    }

    private List<ImageGenStreamEvent> stream(ImageGenerateParams.Builder params) {
        try (StreamResponse<ImageGenStreamEvent> events = client.images().generateStreaming(params.build())) {
            return events.stream().toList();
        }
    }

    /** Sends a request with the client, and lets the worker process the request in the meantime. */
    private static <T> T meanwhile(String prompt, Function<ImageGenerateParams.Builder, T> ask, Consumer<String> act) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(
                () -> ask.apply(ImageGenerateParams.builder().prompt(prompt)));
        act.accept(WorkerPeer.await(
                        Topic.REQUESTS,
                        record -> Json.read(record.value(), GenerateImage.class)
                                .prompt()
                                .equals(prompt))
                .key());
        return answer.join();
    }
}
