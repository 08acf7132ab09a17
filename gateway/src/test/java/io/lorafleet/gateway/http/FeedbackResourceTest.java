// SPDX-License-Identifier: Apache-2.0
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

import io.lorafleet.messages.Json;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import io.lorafleet.messages.generation.GenerationFailed;
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
    void publishesFeedbackUnderTheStudentsName() {
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
                        null,
                        sample.at()));
    }

    @Test
    void recordsWhetherTheTeachersImageIsWanted() {
        FeedbackGiven sample = published(rate(generatedBy(student("quill", 1, 5)), Map.of("asTeacher", true)));
        assertThat(sample.asTeacher()).isTrue();
        assertThat(sample.rating()).isEqualTo(-1);
        assertThat(published(rate(generatedBy(student("quill", 2, 5)), UP)).asTeacher())
                .isFalse();
    }

    @Test
    void countsRatings() {
        String id = generatedBy(student("chalk-line", 1, 5));
        double before = counted("neutral");
        rate(id, Map.of("rating", 0)).statusCode(202);
        assertThat(counted("neutral")).isEqualTo(before + 1);
        assertThat(counted("up")).isNotNegative();
        assertThat(counted("down")).isNotNegative();
    }

    @Test
    void keepsTheIdOfARepeatedOrChangedVote() {
        String id = generatedBy(student("pen", 1, 5));
        String first = rate(id, UP).statusCode(202).extract().path("feedbackId");
        rate(id, UP).statusCode(202).body("feedbackId", equalTo(first));
        rate(id, Map.of("rating", "down")).statusCode(202).body("feedbackId", equalTo(first));
    }

    @Test
    void withdrawsTheFeedbackOfAnOwner() {
        publish(student("brush", 1, 5));
        withdraw("?owner=key:mallory&adapter=brush")
                .statusCode(202)
                .body("owner", equalTo("key:mallory"))
                .body("adapters", equalTo(List.of("brush")));
        ConsumerRecord<String, byte[]> record = WorkerPeer.await(
                Topic.FEEDBACK, each -> Json.read(each.value(), FeedbackEvent.class) instanceof FeedbackWithdrawn);
        assertThat(record.key()).isEqualTo("brush");
        FeedbackWithdrawn withdrawn = Json.read(record.value(), FeedbackWithdrawn.class);
        assertThat(withdrawn).isEqualTo(new FeedbackWithdrawn("brush", "key:mallory", null, withdrawn.at()));
    }

    @Test
    void refusesAWithdrawalWithoutAnOwner() {
        ValidatableResponse answer = withdraw("");
        isProblem(answer, 400, "invalid-request");
        answer.body("detail", equalTo("owner: expected the owner of the feedback, found none"));
        isProblem(withdraw("?owner=mallory&adapter=gone"), 400, "invalid-request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|rating|-1.0 to 1.0, up or down|none",
                "{\"rating\": 1.5}|rating|-1.0 to 1.0, up or down|1.5",
                "{\"rating\": 1e999}|rating|-1.0 to 1.0, up or down|Infinity",
                "{\"rating\": \"a secret\"}|rating|-1.0 to 1.0, up or down|another string",
                "{\"rating\": true}|rating|-1.0 to 1.0, up or down|a value of another type",
                "{\"rating\": \"up\", \"image\": -1}|image|0 or more|-1",
                "{\"rating\": \"up\", \"image\": 0.5}|image|an integer|a value of another type",
                "{\"rating\": \"up\", \"note\": [\"a secret\"]}|note|a string|a value of another type",
                "{\"rating\": \"up\", \"asTeacher\": \"yes\"}|asTeacher|true or false|a value of another type",
                "{\"stars\": 5}|stars|one of asTeacher, image, note, rating|an unknown field",
                "a secret|body|a JSON object|another value or invalid JSON at line 1",
                "[]|body|a JSON object|another value or invalid JSON at line 1",
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
    void knowsNoFeedbackOfAnUnknownGeneration() {
        isProblem(rate("unknown", UP), 404, "not-found");
    }

    @Test
    void refusesAGenerationThatHasNotSucceeded() {
        publish(student("stylus", 1, 5));
        String id = submit(Map.of("prompt", "a", "adapter", "stylus"));
        ValidatableResponse queued = rate(id, UP);
        isProblem(queued, 409, "not-succeeded");
        queued.body(
                "detail",
                equalTo("only images of successful generations can be rated; the status of this generation is queued"));
        worker.fail(id, GenerationFailed.Reason.ADAPTER_UNUSABLE, "expected rank 4, found 8");
        awaitStatus(id, "failed");
        isProblem(rate(id, UP), 409, "not-succeeded");
    }

    @Test
    void refusesAMissingImage() {
        String id = generatedBy(student("marker", 1, 5));
        ValidatableResponse answer = rate(id, Map.of("rating", 1, "image", 1));
        isProblem(answer, 409, "no-such-image");
        answer.body("detail", equalTo("image: expected 0 to 0, found 1"));
    }

    @Test
    void refusesAnImageWithoutAStudent() {
        isProblem(rate(generatedBy(style("gesso", 1)), UP), 409, "no-student");
        isProblem(rate(generated(Map.of("prompt", "a")), UP), 409, "no-student");
    }

    @Test
    void isDescribed() {
        String form = "components.schemas.FeedbackRequest.properties.";
        given().accept("application/json")
                .get("/q/openapi")
                .then()
                .body("paths.'/v1/generations/{id}/feedback'.post.summary", startsWith("Rate an image"))
                .body("paths.'/v1/feedback'.delete.summary", startsWith("Withdraw"))
                .body(form + "rating.oneOf.type", equalTo(List.of("number", "string")))
                .body(form + "asTeacher.description", containsString("generates with guidance"));
    }

    private String generatedBy(AdapterVersion version) {
        publish(version);
        return generated(Map.of("prompt", "a", "adapter", version.name()));
    }

    private String generated(Map<String, Object> body) {
        String id = submit(body);
        worker.succeed(id);
        awaitStatus(id, "succeeded");
        return id;
    }

    private void publish(AdapterVersion version) {
        worker.publish(version);
        await().until(() -> given().get("/v1/adapters/" + version.name()).statusCode() == 200);
    }

    private static ValidatableResponse withdraw(String query) {
        return given().delete("/v1/feedback" + query).then();
    }

    private static ValidatableResponse rate(String id, Object form) {
        return given().contentType("application/json")
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
                record -> Json.read(record.value(), FeedbackEvent.class) instanceof FeedbackGiven sample
                        && sample.feedbackId().equals(feedbackId));
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
