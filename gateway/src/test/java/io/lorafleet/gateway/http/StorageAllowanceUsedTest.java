// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.LoraFiles.lora;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Test;

/** Tests a gateway with a small storage allowance. */
@QuarkusTest
@TestProfile(SecuredGateway.class)
@WithTestResource(BrokerResource.class)
class StorageAllowanceUsedTest {
    @Test
    void refusesBlobsBeyondTheDailyAllowance() {
        put("alice", lora("a", 1)).statusCode(201);
        ValidatableResponse more = put("alice", lora("b", 1));
        GatewayTest.isProblem(more, 429, "allowance-used");
        more.header("Retry-After", matchesPattern("[1-9][0-9]*"));
        more.body("detail", startsWith("expected at most 300 bytes of init images and adapters"));
        put("bob", lora("b", 1)).statusCode(201);
    }

    private static ValidatableResponse put(String owner, byte[] file) {
        return given().header("Authorization", "Bearer " + SecuredGateway.key(owner, Role.MANAGE_ADAPTERS))
                .contentType("application/octet-stream")
                .body(file)
                .put("/v1/adapters/" + owner)
                .then();
    }
}
