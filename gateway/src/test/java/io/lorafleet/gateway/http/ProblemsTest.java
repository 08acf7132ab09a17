package io.lorafleet.gateway.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ProblemsTest extends GatewayTest {

    @Test
    void namesEveryFieldOutOfRange() {
        ValidatableResponse answer = post(Map.of("prompt", "a", "steps", 0, "count", 9, "width", 60));
        isProblem(answer, 400, "invalid-request");
        answer.body("instance", equalTo("/v1/generations"))
                .body("errors.field", contains("steps", "width", "count"))
                .body("errors[0].expected", equalTo("1 to 200"))
                .body("errors[0].found", equalTo("0"));
    }

    @Test
    void namesAnUnknownFieldAndTheKnownOnes() {
        ValidatableResponse answer = post("{\"prompt\":\"a\",\"cfg\":7}");
        isProblem(answer, 400, "invalid-request");
        answer.body("errors[0].field", equalTo("cfg"))
                .body("errors[0].expected", containsString("guidanceScale, height, negativePrompt"));
    }

    @Test
    void namesAFieldOfAnotherType() {
        for (String value : new String[] {"\"many\"", "\"20\"", "2.5", "[]"}) {
            ValidatableResponse answer = post("{\"prompt\":\"a\",\"steps\":" + value + "}");
            isProblem(answer, 400, "invalid-request");
            answer.body("errors[0].field", equalTo("steps")).body("errors[0].expected", equalTo("a whole number"));
        }
    }

    @Test
    void tellsWhereABodyIsNoJsonWithoutQuotingIt() {
        ValidatableResponse answer = post("{\"prompt\": a secret}");
        isProblem(answer, 400, "invalid-request");
        answer.body("detail", containsString("line 1, column ")).body(not(containsString("secret")));
        isProblem(post("[]"), 400, "invalid-request");
        isProblem(post("null"), 400, "invalid-request");
        isProblem(post(""), 400, "invalid-request");
    }

    @Test
    void refusesAnUnknownAdapter() {
        isProblem(post(Map.of("prompt", "a", "adapter", "no-such")), 422, "unknown-adapter");
    }

    @Test
    void answersInOneFormWhateverIsWrong() {
        isProblem(given().get("/v1/nothing-here").then(), 404, "not-found");
        isProblem(given().put("/v1/generations").then(), 405, "method-not-allowed");
        isProblem(
                given().contentType("text/plain")
                        .body("a")
                        .post("/v1/generations")
                        .then(),
                415,
                "unsupported-media-type");
        isProblem(given().accept("text/html").get("/v1/adapters").then(), 406, "not-acceptable");
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        isProblem(post(Map.of("prompt", "a".repeat(2_000_000))), 413, "too-large");
    }
}
