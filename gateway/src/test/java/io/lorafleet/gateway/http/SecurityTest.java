// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.student;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.anything;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.messages.ApiKeys.Role;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.testkit.BrokerResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the permissions of every kind of credentials on every endpoint. */
@QuarkusTest
@TestProfile(SecuredGateway.class)
@WithTestResource(BrokerResource.class)
class SecurityTest {
    private static final String FORGED = "lf_0000000000000000_" + "B".repeat(43);

    private static WorkerPeer worker;

    /** An endpoint, and the roles that may use it. */
    private record Endpoint(String method, String path, String mediaType, String body, Set<Role> roles) {
        Endpoint(String method, String path, Role first, Role... more) {
            this(method, path, "application/json", method.equals("GET") ? null : "{}", EnumSet.of(first, more));
        }

        ValidatableResponse call(RequestSpecification as) {
            RequestSpecification request =
                    body == null ? as : as.contentType(mediaType).body(body.getBytes(UTF_8));
            return request.request(method, path).then();
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** The ids and names do not exist, so authorized callers get the corresponding error. */
    static List<Endpoint> endpoints() {
        Role[] readers = {Role.MANAGE_ADAPTERS, Role.OPERATE};
        return List.of(
                new Endpoint("POST", "/v1/generations", Role.GENERATE),
                new Endpoint("GET", "/v1/generations", Role.GENERATE, Role.OPERATE),
                new Endpoint("GET", "/v1/generations/none", Role.GENERATE, Role.OPERATE),
                new Endpoint("GET", "/v1/generations/none/events", Role.GENERATE, Role.OPERATE),
                new Endpoint("GET", "/v1/generations/none/images/0", Role.GENERATE, Role.OPERATE),
                new Endpoint("DELETE", "/v1/generations/none", Role.GENERATE, Role.OPERATE),
                new Endpoint("POST", "/v1/generations/none/feedback", Role.FEEDBACK),
                new Endpoint("GET", "/v1/webhook-secret", Role.GENERATE),
                new Endpoint("DELETE", "/v1/feedback", Role.OPERATE),
                new Endpoint("POST", "/v1/images/generations", Role.GENERATE),
                form("/v1/images/edits"),
                form("/v1/images/variations"),
                new Endpoint("GET", "/v1/models", Role.GENERATE),
                new Endpoint("GET", "/v1/bases", Role.GENERATE),
                new Endpoint("GET", "/v1/models/none", Role.GENERATE),
                new Endpoint("GET", "/v1/adapters", Role.GENERATE, readers),
                new Endpoint("GET", "/v1/adapters/none", Role.GENERATE, readers),
                new Endpoint("GET", "/v1/adapters/none/versions/1/weights", Role.MANAGE_ADAPTERS),
                new Endpoint(
                        "PUT",
                        "/v1/adapters/none",
                        "application/octet-stream",
                        "no weights",
                        Set.of(Role.MANAGE_ADAPTERS)),
                new Endpoint("DELETE", "/v1/adapters/none", Role.MANAGE_ADAPTERS),
                new Endpoint("DELETE", "/v1/adapters/none/versions/1", Role.MANAGE_ADAPTERS),
                new Endpoint("PUT", "/v1/adapters/none/route", Role.MANAGE_ADAPTERS),
                new Endpoint("DELETE", "/v1/adapters/none/route", Role.MANAGE_ADAPTERS),
                new Endpoint("POST", "/v1/adapters/none/rollback", Role.MANAGE_ADAPTERS),
                new Endpoint("POST", "/v1/load_lora_adapter", Role.MANAGE_ADAPTERS),
                new Endpoint("POST", "/v1/unload_lora_adapter", Role.MANAGE_ADAPTERS),
                new Endpoint("GET", "/v1/workers", Role.OPERATE),
                new Endpoint("GET", "/v1/fleet", Role.OPERATE),
                new Endpoint("GET", "/v1/trainings", Role.OPERATE, Role.MANAGE_ADAPTERS),
                new Endpoint("GET", "/q/metrics", Role.OPERATE));
    }

    private static Endpoint form(String path) {
        return new Endpoint("POST", path, "multipart/form-data; boundary=b", "--b--", Set.of(Role.GENERATE));
    }

    static Stream<Endpoint> problemEndpoints() {
        return endpoints().stream().filter(endpoint -> endpoint.path().startsWith("/v1"));
    }

    @BeforeEach
    void announceTheWorker() throws IOException {
        if (worker == null) {
            worker = WorkerPeer.known();
        }
        worker.announce();
    }

    @AfterAll
    static void closeTheWorker() {
        worker.close();
        worker = null;
    }

    /** Fails for a new endpoint until the endpoint's roles are listed here. */
    @Test
    void knowsEveryOperationOfTheDocumentAndItsRoles() throws IOException {
        JsonNode paths = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asString())
                .path("paths");
        Map<String, Set<String>> described = new TreeMap<>();
        paths.properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    Set<String> roles = new TreeSet<>();
                    operation.getValue().at("/security/0/key").forEach(role -> roles.add(role.asText()));
                    described.put(operation.getKey().toUpperCase(Locale.ROOT) + " " + exampleOf(path.getKey()), roles);
                }));
        assertThat(problemEndpoints())
                .allSatisfy(endpoint -> assertThat(described.get(endpoint.toString()))
                        .as(endpoint.toString())
                        .isEqualTo(endpoint.roles().stream()
                                .map(SecurityTest::nameOf)
                                .collect(Collectors.toCollection(TreeSet::new))))
                .hasSize(described.size());
    }

    private static String exampleOf(String path) {
        return path.replaceAll("\\{(id|name)}", "none").replace("{index}", "0").replace("{version}", "1");
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void admitsAuthorizedCallers(Endpoint endpoint) {
        for (Role role : Role.values()) {
            for (RequestSpecification as : List.of(key("alice", role), token("carol", role))) {
                int status = endpoint.call(as).extract().statusCode();
                if (endpoint.roles().contains(role)) {
                    assertThat(status)
                            .as(endpoint + " as " + role)
                            .isNotIn(401, 403)
                            .isLessThan(500);
                } else {
                    assertThat(status).as(endpoint + " as " + role).isEqualTo(403);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void requiresAuthentication(Endpoint endpoint) {
        Instant past = Instant.now().minus(Duration.ofHours(1));
        List<RequestSpecification> strangers = List.of(
                given(),
                bearer(FORGED),
                bearer("lf_short"),
                bearer("no.token.atall"),
                bearer(claims("carol", Role.OPERATE).expiresAt(past).sign(SecuredGateway.privateKey())),
                bearer(claims("carol", Role.OPERATE)
                        .issuer("https://another.example.com")
                        .sign(SecuredGateway.privateKey())),
                bearer(claims("carol", Role.OPERATE)
                        .audience("another-application")
                        .sign(SecuredGateway.privateKey())),
                bearer(claims(null, Role.OPERATE).sign(SecuredGateway.privateKey())),
                given().header("Authorization", "Basic YWxpY2U6YWxpY2U="));
        for (int i = 0; i < strangers.size(); i++) {
            assertThat(endpoint.call(strangers.get(i)).extract().statusCode())
                    .as("%s as stranger %d", endpoint, i)
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @MethodSource("problemEndpoints")
    void respondsWithAProblem(Endpoint endpoint) {
        GatewayTest.isProblem(endpoint.call(given()), 401, "unauthenticated");
        GatewayTest.isProblem(endpoint.call(bearer(FORGED)), 401, "unauthenticated");
    }

    @Test
    void showsAGenerationToItsOwnerAndToOperatorsOnly() {
        String id = submitAs("alice").statusCode(202).extract().path("id");
        String path = "/v1/generations/" + id;
        key("alice", Role.GENERATE).get(path).then().statusCode(200);
        key("alice", Role.GENERATE).get("/v1/generations").then().body("generations.id", hasItem(id));
        key("bob", Role.GENERATE).get("/v1/generations").then().body("generations.id", not(hasItem(id)));
        worker.succeed(id);
        await().untilAsserted(() ->
                key("alice", Role.GENERATE).get(path + "/images/0").then().statusCode(200));
        for (String part : List.of("", "/events", "/images/0")) {
            key("bob", Role.GENERATE).get(path + part).then().statusCode(404);
        }
        key("bob", Role.GENERATE).delete(path).then().statusCode(404);
        key("bob", Role.OPERATE).get(path).then().statusCode(200);
        key("bob", Role.OPERATE).get("/v1/generations").then().body("generations.id", hasItem(id));
        key("bob", Role.FEEDBACK)
                .contentType("application/json")
                .body(Map.of("rating", "up"))
                .post(path + "/feedback")
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:lorafleet:problem:not-found"));
    }

    /**
     * Otherwise a user could get the data of a key's owner by choosing this owner's name as the user name at the
     * provider.
     */
    @Test
    void distinguishesOwnersOfKeysAndTokens() {
        String id = submitAs("alice").statusCode(202).extract().path("id");
        key("alice", Role.GENERATE).get("/v1/generations/" + id).then().statusCode(200);
        token("alice", Role.GENERATE).get("/v1/generations/" + id).then().statusCode(404);
        token("key:alice", Role.GENERATE).get("/v1/generations/" + id).then().statusCode(404);
        String tokens = token("alice", Role.GENERATE)
                .contentType("application/json")
                .body(Map.of("prompt", "a"))
                .post("/v1/generations")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
        token("alice", Role.GENERATE).get("/v1/generations/" + tokens).then().statusCode(200);
        key("alice", Role.GENERATE).get("/v1/generations/" + tokens).then().statusCode(404);
    }

    @Test
    void ignoresRolesOfOtherApplications() {
        String token = claims("carol", Role.OPERATE)
                .groups(Set.of("operate", "other-operate"))
                .sign(SecuredGateway.privateKey());
        bearer(token).get("/v1/workers").then().statusCode(403);
    }

    @Test
    void hasNoSecretWithoutWebhooks() {
        GatewayTest.isProblem(
                key("alice", Role.GENERATE).get("/v1/webhook-secret").then(), 404, "not-found");
    }

    @Test
    void givesTheOwnerOfAnImageAndAnOperatorOneVoteEach() {
        worker.publish(student("pastel", 1, 5));
        await().until(() ->
                key("alice", Role.GENERATE).get("/v1/adapters/pastel").statusCode() == 200);
        String id = submitAs("alice", Map.of("prompt", "a", "adapter", "pastel"))
                .statusCode(202)
                .extract()
                .path("id");
        worker.succeed(id);
        await().until(() -> key("alice", Role.GENERATE)
                .get("/v1/generations/" + id)
                .path("status")
                .equals("succeeded"));
        Set<String> votes = new TreeSet<>();
        for (int i = 0; i < 3; i++) {
            votes.add(rate(key("alice", Role.FEEDBACK), id));
            votes.add(rate(token("carol", Role.FEEDBACK, Role.OPERATE), id));
        }
        assertThat(votes).hasSize(2);
        String owner = Json.read(WorkerPeer.awaitRecord(Topic.REQUESTS, id).value(), GenerateImage.class)
                .owner();
        Set<String> owners = votes.stream().map(SecurityTest::ownerOf).collect(Collectors.toSet());
        assertThat(owners).hasSize(2).contains(owner).doesNotContainNull();
    }

    private static String rate(RequestSpecification as, String id) {
        return as.contentType("application/json")
                .body(Map.of("rating", "up"))
                .post("/v1/generations/" + id + "/feedback")
                .then()
                .statusCode(202)
                .extract()
                .path("feedbackId");
    }

    private static String ownerOf(String feedbackId) {
        byte[] value = WorkerPeer.await(
                        Topic.FEEDBACK,
                        record -> Json.read(record.value(), FeedbackEvent.class) instanceof FeedbackGiven sample
                                && sample.feedbackId().equals(feedbackId))
                .value();
        return Json.read(value, FeedbackEvent.class).owner();
    }

    @Test
    void servesHealthAndOpenApiWithoutAuthentication() {
        for (String path : List.of("/q/health/live", "/q/openapi", "/q/swagger-ui/", "/", "/page/app.js")) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .header("X-Content-Type-Options", "nosniff")
                    .header(
                            "Cache-Control",
                            path.equals("/") || path.startsWith("/page") ? equalTo("no-cache") : anything())
                    .header("X-Frame-Options", "DENY")
                    .header("Access-Control-Allow-Origin", nullValue());
        }
    }

    private static ValidatableResponse submitAs(String owner) {
        return submitAs(owner, Map.of("prompt", "a"));
    }

    private static ValidatableResponse submitAs(String owner, Map<String, String> body) {
        return key(owner, Role.GENERATE)
                .contentType("application/json")
                .body(body)
                .post("/v1/generations")
                .then();
    }

    private static RequestSpecification key(String owner, Role role) {
        return bearer(SecuredGateway.key(owner, role));
    }

    private static RequestSpecification token(String name, Role... roles) {
        return bearer(claims(name, roles).sign(SecuredGateway.privateKey()));
    }

    /** @param name value of all claims that name the user; null to omit these claims */
    private static JwtClaimsBuilder claims(String name, Role... roles) {
        JwtClaimsBuilder claims = Jwt.issuer(SecuredGateway.ISSUER)
                .audience(SecuredGateway.AUDIENCE)
                .groups(Stream.of(roles)
                        .map(role -> SecuredGateway.ROLE_PREFIX + nameOf(role))
                        .collect(Collectors.toSet()));
        return name == null ? claims : claims.subject(name).upn(name).preferredUserName(name);
    }

    private static String nameOf(Role role) {
        return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static RequestSpecification bearer(String token) {
        return given().header("Authorization", "Bearer " + token);
    }
}
