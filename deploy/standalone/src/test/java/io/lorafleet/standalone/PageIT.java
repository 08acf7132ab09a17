// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.standalone.bench.engine.RandomAdapter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;

/** The gateway's page in a real browser, with a real fleet. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PageIT extends InBrowser {
    private static final Dimension DESKTOP = new Dimension(1280, 1100);
    private static final Dimension PHONE = new Dimension(400, 900);
    private static final String STUDENT = "fast";

    /** A student's weights. */
    private Path file;
    /** The folder for screenshots. */
    private Path images;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        start(folder, null);
        images = Files.createDirectories(root.resolve("deploy/standalone/target/page"));
        file = Files.write(
                folder.resolve(STUDENT + ".safetensors"),
                RandomAdapter.file(RandomAdapter.shapes(model), 4, RandomAdapter.MILD, 1));
        browser.manage().window().setSize(DESKTOP);
    }

    @AfterAll
    void end() {
        stop();
    }

    @Test
    @Order(1)
    void takesAnAdapter() throws Exception {
        open("adapters");
        find("input[type=file]").sendKeys(file.toString());
        find("form[aria-label='Upload an adapter'] option[value=student]").click();
        press("Upload");
        await().atMost(TIMEOUT).until(() -> find("h2").getText().equals(STUDENT));
        press("Set route");
        await().atMost(TIMEOUT).until(() -> find("main").getText().contains("stable @1"));
        looksGood("adapters");
    }

    @Test
    @Order(1)
    void offersPromptsBeforeTheFirstImage() throws Exception {
        open("create");
        await().atMost(TIMEOUT).until(() -> count(".empty button") == 3);
        looksGood("create-empty");
    }

    @Test
    @Order(2)
    void drawsAndRates() throws Exception {
        open("create");
        find("textarea").sendKeys("a large red star on a gray background");
        find("input[value=" + STUDENT + "]").click();
        set("steps", 30);
        press("Generate");
        await().atMost(TIMEOUT).until(() -> count("img.rough") > 0);
        await().atMost(TIMEOUT).until(() -> text(".job .status").contains("30 steps"));
        await().atMost(TIMEOUT)
                .until(
                        () -> browser.executeScript("return document.querySelector('.job img').naturalWidth"),
                        Predicate.isEqual(64L));
        find("button[aria-label='Bad image']").click();
        await().atMost(TIMEOUT).until(() -> text("#said").contains("will learn"));
        press("Generate with another seed");
        await().atMost(TIMEOUT).until(() -> count(".job figcaption") == 2);
        looksGood("create");
    }

    @Test
    @Order(3)
    void showsALinkedGenerationFirst() {
        open("create");
        await().atMost(TIMEOUT).until(() -> count(".job figcaption") == 2);
        String older = browser.findElements(By.className("job")).get(1).getAttribute("data-id");
        open("create/" + older);
        await().atMost(TIMEOUT).until(() -> older.equals(find(".job").getAttribute("data-id")));
        assertThat(count(".job")).isEqualTo(2);
    }

    @Test
    @Order(3)
    void enlargesAnImageAndGoesToTheNextOne() {
        open("create");
        await().atMost(TIMEOUT).until(() -> count(".zoom") == 2);
        find(".zoom").click();
        assertThat(text(".lightbox p")).contains("1 of 2");
        find(".lightbox").sendKeys(Keys.ARROW_RIGHT);
        assertThat(text(".lightbox p")).contains("2 of 2");
        assertThat(count(".lightbox img.crisp")).isEqualTo(1);
        find(".lightbox").sendKeys(Keys.ESCAPE);
        await().atMost(TIMEOUT).until(() -> count(".lightbox") == 0);
    }

    @Test
    @Order(3)
    void usesTheSettingsOfAGenerationAndKeepsThem() {
        open("create");
        await().atMost(TIMEOUT).until(() -> count(".job figcaption") == 2);
        press("Use settings");
        assertThat(find("textarea").getAttribute("value")).isEqualTo("a large red star on a gray background");
        assertThat(find("[name=steps]").getAttribute("value")).isEqualTo("30");
        assertThat(find("input[value=" + STUDENT + "]").isSelected()).isTrue();
        String seed = find("[name=seed]").getAttribute("value");
        assertThat(seed).isNotEmpty();
        browser.navigate().refresh();
        await().atMost(TIMEOUT).until(() -> seed.equals(find("[name=seed]").getAttribute("value")));
        browser.executeScript("sessionStorage.clear()");
    }

    @Test
    @Order(3)
    void usesTheSettingsOfADroppedImage() {
        open("create");
        await().atMost(TIMEOUT).until(() -> count(".job figcaption") == 2);
        browser.executeAsyncScript("""
            const done = arguments[0];
            fetch(`/v1/generations/${document.querySelector('.job').dataset.id}/images/0`)
                .then((answer) => answer.blob())
                .then((blob) => {
                  const files = new DataTransfer();
                  files.items.add(new File([blob], 'star.png'));
                  document.querySelector('.studio')
                      .dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true }));
                  done();
                });\
            """);
        await().atMost(TIMEOUT).until(() -> "30".equals(find("[name=steps]").getAttribute("value")));
        assertThat(find("textarea").getAttribute("value")).isEqualTo("a large red star on a gray background");
        browser.executeScript("sessionStorage.clear()");
    }

    @Test
    @Order(3)
    void changesItsColours() throws IOException {
        open("create");
        find("#theme").click();
        find("#theme").click();
        assertThat(browser.executeScript("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(15, 18, 24)");
        looksGood("create-dark");
        find("#theme").click();
        assertThat(find("#theme").getText()).contains("System");
    }

    @Test
    @Order(4)
    void comparesTeacherAndStudents() throws Exception {
        open("compare");
        find("textarea").sendKeys("a small blue ring");
        press("Compare");
        await().atMost(TIMEOUT).until(() -> count(".contest tr, tbody tr") == 2);
        assertThat(find("table").getText()).contains("Base, guided", STUDENT + "@1 (student)", "0.50 ×");
        assertThat(count(".contest figcaption")).isEqualTo(6);
        looksGood("compare");
    }

    @Test
    @Order(5)
    void showsTheFleet() throws Exception {
        open("fleet");
        await().atMost(TIMEOUT).until(() -> find("tbody").getText().contains("ready"));
        assertThat(find("tbody").getText()).contains("worker-1", "demo-model", STUDENT + "@1");
        assertThat(count("svg polyline")).isPositive();
        looksGood("fleet");
    }

    @Test
    @Order(6)
    void saysWhatTheGatewayRefusesBesideTheField() {
        open("create");
        find("textarea").sendKeys("a");
        find("[name=size] option[value=custom]").click();
        find("[name=width]").sendKeys("8000");
        browser.executeScript("document.querySelector('form').noValidate = true");
        press("Generate");
        await().atMost(TIMEOUT)
                .until(() -> text(".error").contains("Expected a multiple of 4 from 8 to 4096, found 8000"));
        assertThat(find("[name=width]").getAttribute("aria-invalid")).isEqualTo("true");
        browser.executeScript("sessionStorage.clear()");
    }

    @Test
    @Order(7)
    void describesTheApiAndLetsOneTryIt() {
        browser.get(fleet.gateway() + "/q/swagger-ui/#/OpenAI/listModels");
        await().atMost(TIMEOUT).until(() -> count(".opblock") >= 23);
        await().atMost(TIMEOUT).until(() -> count(".try-out__btn") == 1);
        press("Try it out");
        press("Execute");
        await().atMost(TIMEOUT).until(() -> text(".live-responses-table").contains("demo-model"));
    }

    @Test
    @Order(8)
    void routesTheNextVersionAndRollsBack() throws IOException {
        Files.write(file, RandomAdapter.file(RandomAdapter.shapes(model), 4, RandomAdapter.MILD, 2));
        open("adapters");
        find("input[type=file]").sendKeys(file.toString());
        find("form[aria-label='Upload an adapter'] option[value=student]").click();
        press("Upload");
        await().atMost(TIMEOUT)
                .until(() -> find("form[aria-label=Route]").getText().contains("@2"));
        find("form[aria-label=Route] select option[value='2']").click();
        press("Set route");
        await().atMost(TIMEOUT).until(() -> text("ul.list").contains("stable @2"));
        press("Roll back");
        await().atMost(TIMEOUT).until(() -> text("ul.list").contains("stable @1"));
    }

    /** Last, because the other tests count the generations. */
    @Test
    @Order(9)
    void steersAnImageByADrawing() throws IOException {
        Path drawing = images.resolve("drawing.png");
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", drawing.toFile());
        open("create");
        assertThat(find("input[name='controls[0].image']").isDisplayed()).isFalse();
        find("select[name='controls[0].name'] option[value=edges]").click();
        find("input[name='controls[0].image']").sendKeys(drawing.toString());
        find("textarea").sendKeys("a small green ring");
        set("steps", 7);
        await().atMost(TIMEOUT)
                .until(
                        () -> browser.executeScript("return document.querySelector('img.condition').naturalWidth"),
                        Predicate.isEqual(64L));
        looksGood("create-controlnet");
        press("Generate");
        await().atMost(TIMEOUT).until(() -> text(".job .status").contains("7 steps"));
        assertThat(find(".job dl").getAttribute("textContent")).contains("ControlNetsedges × 1");
        press("Use settings");
        assertThat(find("select[name='controls[0].name']").getAttribute("value"))
                .isEqualTo("edges");
        assertThat(text("#said")).contains("Choose the condition image again.");
        browser.executeScript("sessionStorage.clear()");
    }

    /** Checks the accessibility of the page, also on a phone, and saves a screenshot. */
    private void looksGood(String view) throws IOException {
        for (Map.Entry<String, Dimension> size :
                Map.of("desktop", DESKTOP, "phone", PHONE).entrySet()) {
            browser.manage().window().setSize(size.getValue());
            assertThat((Long) browser.executeScript("return document.documentElement.scrollWidth"))
                    .as(view + " on a " + size.getKey() + " fits its width")
                    .isLessThanOrEqualTo((Long) browser.executeScript("return window.innerWidth"));
            assertThat(seriousFindings()).as(view + " on a " + size.getKey()).isEmpty();
            Files.write(images.resolve(view + "-" + size.getKey() + ".png"), browser.getScreenshotAs(OutputType.BYTES));
        }
        browser.manage().window().setSize(DESKTOP);
    }

    /** @return the script of axe-core */
    @SuppressWarnings("unchecked")
    private List<Object> seriousFindings() throws IOException {
        try (InputStream axe = PageIT.class.getResourceAsStream("/axe.min.js")) {
            browser.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<Object>) browser.executeAsyncScript("const done = arguments[0];"
                + "axe.run().then(({violations}) => done(violations"
                + ".filter(({impact}) => ['serious', 'critical'].includes(impact))"
                + ".map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html).join(' '))))");
    }
}
