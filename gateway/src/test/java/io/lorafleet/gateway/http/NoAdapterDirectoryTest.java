// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(SecuredGateway.class)
@WithTestResource(BrokerResource.class)
class NoAdapterDirectoryTest {

    @Test
    void namesTheKeyThatEnablesTheWebUisApi() {
        ValidatableResponse answer = given().header(
                        "Authorization", "Bearer " + SecuredGateway.key("alice", Role.GENERATE))
                .get("/sdapi/v1/samplers")
                .then();
        GatewayTest.isProblem(answer, 404, "not-found");
        answer.body("detail", startsWith("this API is disabled; to enable it, set lorafleet.sdapi.enabled"));
    }

    @Test
    void namesTheKeyThatEnablesLoading() {
        ValidatableResponse answer = given().header(
                        "Authorization", "Bearer " + SecuredGateway.key("alice", Role.MANAGE_ADAPTERS))
                .contentType("application/json")
                .body(Map.of("lora_name", "x", "lora_path", "/etc/passwd"))
                .post("/v1/load_lora_adapter")
                .then();
        GatewayTest.isProblem(answer, 403, "no-adapter-directory");
        answer.body("detail", startsWith("lorafleet.gateway.adapter-directory is not set"));
    }
}
