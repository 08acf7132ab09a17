// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.feedback.FeedbackGiven;
import io.lorafleet.messages.feedback.FeedbackWithdrawn;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackGivenTest {
    private static final String SAMPLE = """
            {"feedbackId": "f1", "requestId": "r1",
             "adapter": {"name": "fast", "version": 2, "sha256": "%s"},
             "prompt": "a secret prompt", "negativePrompt": "", "seed": 7, "width": 64, "height": 96, "steps": 25,
             "rating": 0.5, "at": "2026-01-02T03:04:05Z"}""".formatted("ab".repeat(32));

    @Test
    void isNotAsTeacherByDefault() {
        assertThat(read(SAMPLE).asTeacher()).isFalse();
        assertThat(read(SAMPLE.replace("0.5", "0.5, \"asTeacher\": null")).asTeacher())
                .isFalse();
        assertThat(read(SAMPLE.replace("0.5", "0.5, \"asTeacher\": true")).asTeacher())
                .isTrue();
    }

    @Test
    void readsRecordsWithoutTypeAndOwner() {
        FeedbackEvent old = Json.read(SAMPLE.getBytes(UTF_8), FeedbackEvent.class);
        assertThat(old).isEqualTo(read(SAMPLE));
        assertThat(old.owner()).isNull();
        assertThat(old.student()).isEqualTo("fast");
    }

    @Test
    void keepsItsTypeAmongOthersInAnArray() {
        FeedbackEvent[] events = {
            new FeedbackWithdrawn("fast", "alice", null, Instant.parse("2026-01-02T03:04:05Z")), read(SAMPLE)
        };
        assertThat(Json.read(Json.write(events), FeedbackEvent[].class)).containsExactly(events);
    }

    @Test
    void rejectsAnOwnerThatIsTooLong() {
        String bad = SAMPLE.replace("\"at\"", "\"owner\": \"" + "x".repeat(513) + "\", \"at\"");
        assertThatThrownBy(() -> read(bad))
                .hasMessage("FeedbackGiven: owner: expected at most 512 characters, found 513");
    }

    @Test
    void mayHaveNoNote() {
        assertThat(read(SAMPLE).note()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"width\": 64|\"width\": 4|width: expected 8 to 4096, found 4",
                "\"width\": 64, ||.width: not of the expected type",
                "\"height\": 96|\"height\": 5000|height: expected 8 to 4096, found 5000",
                "\"steps\": 25|\"steps\": 0|steps: expected 1 to 1000, found 0",
                "\"seed\": 7|\"seed\": -1|seed: expected 0 to 4294967295, found -1",
                "\"rating\": 0.5|\"rating\": -1.5|rating: expected -1.0 to 1.0, found -1.5",
                "\"rating\": 0.5|\"rating\": \"NaN\"|rating: expected -1.0 to 1.0, found NaN",
                "\"rating\": 0.5|\"rating\": 0.5, \"asTeacher\": \"perhaps\"|.asTeacher: not of the expected type",
                "\"prompt\": \"a secret prompt\", ||prompt: expected a value, found none"
            })
    void namesTheInvalidFieldAndNeverQuotesThePrompt(String from, String to, String message) {
        String bad = SAMPLE.replace(from, to == null ? "" : to);
        assertThat(bad).isNotEqualTo(SAMPLE);
        assertThatThrownBy(() -> read(bad))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void rejectsANoteThatIsTooLong() {
        String bad = SAMPLE.replace("\"at\"", "\"note\": \"" + "x".repeat(2001) + "\", \"at\"");
        assertThatThrownBy(() -> read(bad))
                .hasMessage("FeedbackGiven: note: expected at most 2000 characters, found 2001");
    }

    private static FeedbackGiven read(String json) {
        return Json.read(json.getBytes(UTF_8), FeedbackGiven.class);
    }
}
