import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { queries } from "../api/queries";
import { session, useSession } from "../api/session";
import { schemes } from "../design/colour_scheme";
import { Loading, Unreachable } from "../design/Waiting";
import { theme } from "../design/theme";
import { hasChosenLanguage, languageOf, speak } from "../language/i18n";
import { ChangePassword } from "./ChangePassword";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { SignInAgain } from "./SignInAgain";

session.onAnother = () => queries.clear();

export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={4} autoClose={6000} />
        <Suspense fallback={<Loading />}>
          <Page />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Page() {
  const present = useSession();
  const told = present.kind === "in" ? languageOf(present.me.language) : null;
  useEffect(() => {
    if (told && !hasChosenLanguage()) void speak(told, false);
  }, [told]);
  switch (present.kind) {
    case "unknown":
      return <Loading />;
    case "unreachable":
      return <Unreachable retry={() => void session.look()} />;
    case "out":
      return <SignIn />;
    case "in":
      if (present.me.must_change_password) return <ChangePassword me={present.me} forced />;
      return (
        <>
          <Shell me={present.me} />
          {present.expired && <SignInAgain user={present.me.user} />}
        </>
      );
  }
}
