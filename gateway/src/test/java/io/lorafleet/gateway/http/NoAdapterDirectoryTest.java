package io.lorafleet.gateway.http;

import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class NoAdapterDirectoryTest extends GatewayTest {

    @Test
    void namesTheKeyThatWouldLetItLoad() {
        ValidatableResponse answer = LoraLoadingTest.load(Map.of("lora_name", "x", "lora_path", "/etc/passwd"));
        isProblem(answer, 403, "no-adapter-directory");
        answer.body("detail", startsWith("lorafleet.gateway.adapter-directory: expected a directory"));
    }
}
