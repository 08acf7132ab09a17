// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.gateway.http.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultipartFormTest {
    @Test
    void readsTextsAndFiles() {
        byte[] file = {0, '\r', '\n', '-', '-', 'x', (byte) 0xFF, '\r', '\n'};
        String body = "ignored\r\n--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nä star\r\n"
                + "--b\r\ncontent-type: image/png\r\ncontent-disposition: form-data; filename=\"a;b.png\"; name=\"image[]\"\r\n\r\n"
                + new String(file, ISO_8859_1)
                + "\r\n--b\r\nContent-Disposition: form-data; name=n\r\n\r\n2\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b--\r\n";
        MultipartForm form = MultipartForm.of(
                body.replace("ä", new String("ä".getBytes(UTF_8), ISO_8859_1)).getBytes(ISO_8859_1), "b");
        assertThat(form.text("prompt")).isEqualTo("ä star");
        assertThat(form.text("n")).isEqualTo("2");
        assertThat(form.text("empty")).isNull();
        assertThat(form.text("absent")).isNull();
        assertThat(form.all("image", "image[]"))
                .singleElement()
                .satisfies(part -> assertThat(part.content()).isEqualTo(file));
    }

    @Test
    void takesTheLastOfSeveralTexts() {
        String part = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n";
        assertThat(form(part + "1\r\n" + part + "2\r\n--b--").text("n")).isEqualTo("2");
    }

    @Test
    void mayHaveNoParts() {
        assertThat(form("--b--").parts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the boundary of the Content-Type",
                "--c\\r\\n | the boundary of the Content-Type",
                "--b | a line end after each boundary",
                "--bb\\r\\n | a line end after each boundary",
                "--b\\r\\nname | headers of at most 8192 bytes in each part",
                "--b\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\n1 | a boundary after each part",
                "--b\\r\\nContent-Disposition: form-data\\r\\n\\r\\n1\\r\\n--b-- | a Content-Disposition with a name in each part"
            })
    void refusesOtherBytes(String body, String expected) {
        assertThatThrownBy(() -> form(body.replace("\\r", "\r").replace("\\n", "\n")))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("body: expected form data with " + expected);
    }

    @Test
    void refusesManyParts() {
        String part = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n\r\n";
        assertThatThrownBy(() -> form(part.repeat(65) + "--b--")).hasMessageContaining("at most 64 parts");
    }

    private static MultipartForm form(String body) {
        return MultipartForm.of(body.getBytes(ISO_8859_1), "b");
    }
}
