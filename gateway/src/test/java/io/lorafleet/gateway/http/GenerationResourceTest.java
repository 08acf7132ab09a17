package io.lorafleet.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.Topic;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class GenerationResourceTest extends GatewayTest {
    @TestHTTPResource
    private URI gateway;

    @Test
    void publishesAnOrderWithTheModelsDefaultsBeforeItAnswers() {
        String id = post(Map.of("prompt", "a red circle", "seed", 7))
                .statusCode(202)
                .header("Location", containsString("/v1/generations/"))
                .extract()
                .path("id");
        GenerateImage request =
                Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class);
        assertThat(request)
                .extracting(
                        GenerateImage::prompt,
                        GenerateImage::width,
                        GenerateImage::height,
                        GenerateImage::sampler,
                        GenerateImage::steps,
                        GenerateImage::guidanceScale,
                        GenerateImage::seed)
                .containsExactly("a red circle", 64, 64, SamplerName.DDIM, 20, 5.0, 7L);
    }
}
