// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.LoraFiles.lora;
import static org.hamcrest.Matchers.matchesPattern;

import io.lorafleet.gateway.Images;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests a gateway whose reserve is larger than any disk. */
@QuarkusTest
@TestProfile(ScarceGateway.class)
class FullStoreTest extends GatewayTest {
    private static final String EXPECTED = "expected at least [0-9]+ bytes free in the blob store, found [0-9]+";

    @Test
    void refusesInitImagesAndUploads() {
        var upload = put("ink", lora("ink", 4));
        isProblem(upload, 507, "insufficient-storage");
        upload.body("detail", matchesPattern(EXPECTED));
        var response = post(Map.of("prompt", "a", "initImage", Images.base64(Images.file("png", 64, 64))));
        isProblem(response, 507, "insufficient-storage");
        response.body("detail", matchesPattern(EXPECTED));
        submit(Map.of("prompt", "nothing to store"));
    }
}
