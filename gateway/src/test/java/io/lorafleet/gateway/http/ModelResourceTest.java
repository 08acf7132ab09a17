// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.retired;
import static io.lorafleet.gateway.Adapters.stable;
import static io.lorafleet.gateway.Adapters.style;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ModelResourceTest extends GatewayTest {

    @Test
    void listsTheBaseThenEachAdapterAsVllmDoes() {
        worker.publish(style("canvas", 1));
        worker.publish(style("canvas", 2));
        worker.publish(stable("canvas", 1));
        worker.publish(retired("former", 1));
        String adapter = "data.find { it.id == 'canvas' }.";
        await().untilAsserted(() -> given().get("/v1/models")
                .then()
                .statusCode(200)
                .body("object", equalTo("list"))
                .body("data[0].id", equalTo("tiny-sd"))
                .body("data[0].object", equalTo("model"))
                .body("data[0].root", equalTo("tiny-sd"))
                .body("data[0].created", notNullValue())
                .body(containsString("\"parent\":null"))
                .body(adapter + "root", equalTo("canvas@1"))
                .body(adapter + "parent", equalTo("tiny-sd"))
                .body(adapter + "owned_by", equalTo("lorafleet"))
                .body("data.id", not(hasItem("former"))));
    }
}
