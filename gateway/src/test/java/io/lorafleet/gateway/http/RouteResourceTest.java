// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.route;
import static io.lorafleet.gateway.Adapters.stable;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.generation.GenerateImage;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class RouteResourceTest extends GatewayTest {

    @Test
    void routesRequestsToTheStableVersionAndTriesTheShadow() {
        publishThreeVersions("silk");
        setRoute("silk", Map.of("stable", 1, "shadow", Map.of("version", 3, "share", 1)))
                .statusCode(200)
                .body("route.stable", equalTo(1))
                .body("route.shadow.version", equalTo(3));
        GenerateImage request = published(Map.of("prompt", "a", "adapter", "silk"));
        assertThat(request.adapters()).hasToString("[silk@1 x 1.0]");
        assertThat(request.shadow().student()).hasToString("silk@3 x 1.0");
        assertThat(request.shadow().guidanceScale()).isEqualTo(5);
        assertThat(Json.read(WorkerPeer.awaitRecord(Topic.ADAPTERS, "silk").value(), AdapterRoute.class))
                .extracting(AdapterRoute::stable, AdapterRoute::shadow)
                .containsExactly(1, new Share(3, 1));
        given().delete("/v1/adapters/silk").then().statusCode(200); // its shadow must not affect the base
    }

    @Test
    void routesEveryRequestToACanaryWithTheWholeShare() {
        publishThreeVersions("wool");
        setRoute("wool", Map.of("stable", 1, "canary", Map.of("version", 2, "share", 1.0)))
                .statusCode(200);
        assertThat(published(Map.of("prompt", "a", "adapter", "wool")).adapters())
                .hasToString("[wool@2 x 1.0]");
    }

    @Test
    void rollsBackAndThenFollowsTheNewestAgain() {
        publishThreeVersions("linen");
        setRoute("linen", Map.of("stable", 1)).statusCode(200);
        setRoute("linen", Map.of("stable", 2)).statusCode(200).body("route.previousStable", equalTo(1));
        given().post("/v1/adapters/linen/rollback")
                .then()
                .statusCode(200)
                .body("route.stable", equalTo(1))
                .body("route.previousStable", nullValue());
        ValidatableResponse again = given().post("/v1/adapters/linen/rollback").then();
        isProblem(again, 409, "nothing-before");
        again.body("detail", equalTo("the route has no previous stable version"));
        given().delete("/v1/adapters/linen/route").then().statusCode(200).body("route", nullValue());
        assertThat(published(Map.of("prompt", "a", "adapter", "linen")).adapters())
                .hasToString("[linen@3 x 1.0]");
    }

    @Test
    void followsTheRoutesThatAnotherGatewayWrites() {
        publishThreeVersions("hemp");
        worker.publish(route("hemp", 2, new Share(3, 0.5), null));
        awaitStable("hemp", 2);
        worker.publish(stable("hemp", 1));
        awaitStable("hemp", 1);
        worker.removeRoute("hemp");
        awaitStable("hemp", null);
    }

    @Test
    void namesWhatIsWrongWithARoute() {
        publishThreeVersions("jute");
        ValidatableResponse answer = setRoute("jute", Map.of("stable", 9, "shadow", Map.of("version", 1, "share", 2)));
        isProblem(answer, 400, "invalid-request");
        answer.body("errors.field.toString()", equalTo("[stable, shadow.version, shadow.share]"))
                .body("errors[1].found", equalTo("jute@1, a style"));
        ValidatableResponse unknownField = setRoute("jute", Map.of("stable", 1, "canary", Map.of("weight", 1)));
        isProblem(unknownField, 400, "invalid-request");
        unknownField.body("errors[0].field", containsString("canary.weight"));
        isProblem(setRoute("jute", null), 400, "invalid-request");
        isProblem(setRoute("no-such", Map.of("stable", 1)), 404, "not-found");
        isProblem(given().delete("/v1/adapters/no-such/route").then(), 404, "not-found");
        isProblem(given().post("/v1/adapters/no-such/rollback").then(), 404, "not-found");
    }

    private void publishThreeVersions(String name) {
        worker.publish(style(name, 1));
        worker.publish(style(name, 2));
        worker.publish(student(name, 3, 5));
        await().untilAsserted(() ->
                given().get("/v1/adapters/" + name).then().statusCode(200).body("versions.size()", equalTo(3)));
    }

    private static void awaitStable(String name, Integer stable) {
        await().untilAsserted(() -> given().get("/v1/adapters/" + name).then().body("route.stable", equalTo(stable)));
    }

    private static ValidatableResponse setRoute(String name, Map<String, Object> route) {
        return given().contentType("application/json")
                .body(route == null ? new byte[0] : Json.write(route))
                .put("/v1/adapters/" + name + "/route")
                .then();
    }

    private static GenerateImage published(Map<String, Object> body) {
        String id = submit(body);
        return Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class);
    }
}
