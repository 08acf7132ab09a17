package io.lorafleet.gateway.http;

import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.lorafleet.messages.AdapterVersion;
import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.GenerationFailed;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class FeedbackResourceTest extends GatewayTest {
    private static final Map<String, Object> UP = Map.of("rating", "up");

    @Test
    void publishesWhatIsSaidOfAPictureUnderTheStudentsName() {
        publish(student("plume", 1, 5));
        String id = submit(Map.of(
                "prompt",
                "a red circle",
                "negativePrompt",
                "blue",
                "adapter",
                "plume",
                "seed",
                7,
                "steps",
                4,
                "count",
                2,
                "height",
                96));
        worker.succeed(id, "w1", 7, 8);
        awaitStatus(id, "succeeded");
        String feedbackId = rate(id, Map.of("rating", -0.5, "image", 1, "note", "too small", "asTeacher", true))
                .statusCode(202)
                .body("samples", hasSize(1))
                .body("samples[0].adapter", equalTo("plume@1"))
                .extract()
                .path("feedbackId");
        ConsumerRecord<String, byte[]> record = record(feedbackId);
        assertThat(record.key()).isEqualTo("plume");
        FeedbackGiven sample = Json.read(record.value(), FeedbackGiven.class);
        assertThat(sample)
                .isEqualTo(new FeedbackGiven(
                        feedbackId,
                        id,
                        student("plume", 1, 5).pinned(),
                        "a red circle",
                        "blue",
                        8,
                        64,
                        96,
                        4,
                        -0.5,
                        true,
                        "too small",
                        sample.at()));
    }

    @Test
    void tellsTheTeachersPictureFromTheStudentsByOneWord() {
        String id = drawnBy(student("quill", 1, 5));
        FeedbackGiven sample = published(rate(id, Map.of("asTeacher", true)));
        assertThat(sample.asTeacher()).isTrue();
        assertThat(sample.rating()).isEqualTo(-1);
        assertThat(published(rate(id, UP)).asTeacher()).isFalse();
    }

    @Test
    void countsRatings() {
        String id = drawnBy(student("chalk-line", 1, 5));
        double before = counted("neutral");
        rate(id, Map.of("rating", 0)).statusCode(202);
        assertThat(counted("neutral")).isEqualTo(before + 1);
        assertThat(counted("up")).isNotNegative();
        assertThat(counted("down")).isNotNegative();
    }

    @Test
    void givesARetryTheIdOfTheFirst() {
        String id = drawnBy(student("pen", 1, 5));
        String first = rate(id, UP, "k-1").statusCode(202).extract().path("feedbackId");
        rate(id, UP, "k-1").statusCode(202).body("feedbackId", equalTo(first));
        rate(id, UP, "k-2").statusCode(202).body("feedbackId", not(equalTo(first)));
        String random = rate(id, UP).statusCode(202).extract().path("feedbackId");
        rate(id, UP).statusCode(202).body("feedbackId", not(equalTo(random)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|rating|-1.0 to 1.0, up or down|none",
                "{\"rating\": 1.5}|rating|-1.0 to 1.0, up or down|1.5",
                "{\"rating\": 1e999}|rating|-1.0 to 1.0, up or down|Infinity",
                "{\"rating\": \"a secret\"}|rating|-1.0 to 1.0, up or down|another text",
                "{\"rating\": true}|rating|-1.0 to 1.0, up or down|a value of another type",
                "{\"rating\": \"up\", \"image\": -1}|image|0 or more|-1",
                "{\"rating\": \"up\", \"image\": 0.5}|image|a whole number|a value of another type",
                "{\"rating\": \"up\", \"note\": [\"a secret\"]}|note|a text|a value of another type",
                "{\"rating\": \"up\", \"asTeacher\": \"yes\"}|asTeacher|true or false|a value of another type",
                "{\"stars\": 5}|stars|one of asTeacher, image, note, rating|an unknown field",
                "a secret|body|a JSON object|something else at line 1",
                "[]|body|a JSON object|something else at line 1",
                "''|body|a JSON object|none"
            })
    void namesWhatIsWrongWithoutQuotingIt(String body, String field, String expected, String found) {
        ValidatableResponse answer = rate(submit(Map.of("prompt", "a")), body);
        isProblem(answer, 400, "invalid-request");
        answer.body("errors", hasSize(1))
                .body("errors[0].field", equalTo(field))
                .body("errors[0].expected", equalTo(expected))
                .body("errors[0].found", startsWith(found))
                .body(not(containsString("secret")));
    }

    @Test
    void refusesAKeyThatIsTooLong() {
        ValidatableResponse answer = rate(submit(Map.of("prompt", "a")), UP, "k".repeat(256));
        isProblem(answer, 400, "invalid-request");
        answer.body("detail", equalTo("Idempotency-Key: expected 1 to 255 characters, found 256 characters"));
    }

    @Test
    void knowsNoFeedbackOfAnUnknownGeneration() {
        isProblem(rate("unknown", UP), 404, "not-found");
    }

    @Test
    void refusesAGenerationThatHasNotSucceeded() {
        publish(student("stylus", 1, 5));
        String id = submit(Map.of("prompt", "a", "adapter", "stylus"));
        ValidatableResponse queued = rate(id, UP);
        isProblem(queued, 409, "not-succeeded");
        queued.body("detail", equalTo("expected a generation that succeeded, found one that is queued"));
        worker.fail(id, GenerationFailed.Reason.ADAPTER_UNUSABLE, "expected rank 4, found 8");
        awaitStatus(id, "failed");
        isProblem(rate(id, UP), 409, "not-succeeded");
    }

    @Test
    void refusesAPictureThatTheGenerationHasNot() {
        String id = drawnBy(student("marker", 1, 5));
        ValidatableResponse answer = rate(id, Map.of("rating", 1, "image", 1));
        isProblem(answer, 409, "no-such-image");
        answer.body("detail", equalTo("image: expected 0 to 0, found 1"));
    }

    @Test
    void refusesAPictureThatNoStudentDrew() {
        isProblem(rate(drawnBy(style("gesso", 1)), UP), 409, "no-student");
        isProblem(rate(drawn(Map.of("prompt", "a")), UP), 409, "no-student");
    }

    @Test
    void isDescribed() {
        String form = "components.schemas.FeedbackForm.properties.";
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .body("paths.'/v1/generations/{id}/feedback'.post.summary", startsWith("Rate a picture"))
                .body("paths.'/v1/generations/{id}/feedback'.post.parameters.name.toString()", containsString("Idem"))
                .body(form + "rating.oneOf.type", equalTo(List.of("number", "string")))
                .body(form + "asTeacher.description", containsString("guided base"));
    }

    private String drawnBy(AdapterVersion version) {
        publish(version);
        return drawn(Map.of("prompt", "a", "adapter", version.name()));
    }

    private String drawn(Map<String, Object> order) {
        String id = submit(order);
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        return id;
    }

    private void publish(AdapterVersion version) {
        worker.publish(version);
        await().until(() -> given().get("/v1/adapters/" + version.name()).statusCode() == 200);
    }

    private static ValidatableResponse rate(String id, Object form) {
        return rate(id, form, null);
    }

    private static ValidatableResponse rate(String id, Object form, String key) {
        return given().contentType("application/json")
                .headers(key == null ? Map.of() : Map.of("Idempotency-Key", key))
                .body(form)
                .post("/v1/generations/" + id + "/feedback")
                .then();
    }

    private static FeedbackGiven published(ValidatableResponse answer) {
        String id = answer.statusCode(202).extract().path("feedbackId");
        return Json.read(record(id).value(), FeedbackGiven.class);
    }

    private static ConsumerRecord<String, byte[]> record(String feedbackId) {
        return WorkerPeer.await(
                Topic.FEEDBACK,
                record -> Json.read(record.value(), FeedbackGiven.class)
                        .feedbackId()
                        .equals(feedbackId));
    }

    private static double counted(String rating) {
        String line = "lorafleet_feedback_given_total{rating=\"" + rating + "\"} ";
        Optional<String> value = given().get("/q/metrics")
                .asString()
                .lines()
                .filter(one -> one.startsWith(line))
                .findFirst();
        return Double.parseDouble(value.orElseThrow().substring(line.length()));
    }
}
