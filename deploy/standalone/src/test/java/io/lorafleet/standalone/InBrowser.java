// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.Ports;
import io.lorafleet.standalone.supervisor.FleetSettings;
import io.lorafleet.standalone.supervisor.LocalFleet;
import io.lorafleet.testkit.DemoControlNet;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/**
 * Tests of the gateway's page with a real fleet and Chromium. Without Chromium and its driver, the tests are skipped,
 * or fail if {@code CI=true} is set.
 */
abstract class InBrowser {
    static final Duration TIMEOUT = Duration.ofSeconds(90);

    Path root;
    Path model;
    LocalFleet fleet;
    ChromeDriver browser;

    /**
     * @param folder folder for the fleet's data
     * @param apiKeys API keys of the gateway; null for open mode
     * @param arguments command-line arguments for Chromium
     */
    final void start(Path folder, Path apiKeys, String... arguments) throws Exception {
        Path chromium = Program.find("Chromium", "chromium", "chromium-browser", "google-chrome");
        Path driver = Program.find("Chromium's driver", "chromedriver");
        root = Path.of(System.getProperty("lorafleet.root")).toRealPath();
        model = root.resolve("deploy/demo-model");
        Path controlNets = folder.resolve("control-nets");
        DemoControlNet.write(model, controlNets.resolve("edges"), 1);
        FleetSettings settings = new FleetSettings(
                root,
                folder.resolve("data"),
                model,
                Ports.free(),
                Ports.free(),
                null,
                1,
                "",
                apiKeys,
                List.of(),
                controlNets);
        fleet = new LocalFleet(settings, said -> {});
        fleet.start();
        // The page can replace an element after the test finds it; the test then finds the element again.
        Awaitility.ignoreExceptionByDefault(StaleElementReferenceException.class);
        browser = browser(chromium, driver, arguments);
    }

    private static ChromeDriver browser(Path chromium, Path driver, String... arguments) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        options.addArguments("--window-size=1280,1100");
        options.addArguments(arguments);
        return new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.toFile())
                        .build(),
                options);
    }

    final void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (fleet != null) {
            fleet.close();
        }
    }

    final void open(String view) {
        open(fleet.gateway(), view);
    }

    /** @param gateway URL of the gateway */
    final void open(URI gateway, String view) {
        browser.get("about:blank");
        browser.get(gateway + "/#/" + view);
        await().atMost(TIMEOUT).until(() -> count("main form, main section") > 0 || count("dialog[open]") > 0);
    }

    final void press(String button) {
        WebElement found = browser.findElement(By.xpath("//button[normalize-space()='" + button + "']"));
        browser.executeScript("arguments[0].scrollIntoView({block: 'center'})", found);
        found.click();
    }

    final void set(String slider, int value) {
        browser.executeScript(
                "const it = document.querySelector(`[name=${arguments[0]}]`); it.value = arguments[1];"
                        + "it.dispatchEvent(new Event('input'))",
                slider,
                value);
    }

    final WebElement find(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    final int count(String selector) {
        return browser.findElements(By.cssSelector(selector)).size();
    }

    final String text(String selector) {
        return find(selector).getText();
    }
}
