//! The table of the forms of credentials.

use exledger::record::credential::form::{FORMS, SHORTEST};
use exledger::record::credential::{
    hidden_in_source, kind_in_source, may_be_in_source, with_before,
};

#[test]
fn the_forms_stand_in_the_order_of_their_bytes() {
    assert!(FORMS.is_sorted_by_key(|form| form.start.as_bytes()));
}

#[test]
fn no_form_is_shorter_than_the_words_that_are_looked_at() {
    let shortest = FORMS.iter().map(|form| form.start.len() + form.least).min();
    assert_eq!(shortest, Some(SHORTEST));
}

#[test]
fn a_line_of_code_that_gives_a_secret_a_value_is_seen() {
    for line in [
        "password = b\"SUN\"",
        "const PASSWORD: &str = \"SUN\";",
        "static DB_PASSWORD: &'static str = \"SUN\";",
        "const password string = \"SUN\"",
        "pass = \"SUN\"",
        "ARG NPM_TOKEN SUN",
        "ENV MYSQL_ROOT_PASSWORD SUN",
        "- name: DB_PASSWORD\n  value: \"SUN\"",
        "{\"name\": \"DB_PASSWORD\", \"value\": \"SUN\"}",
        "variable \"db_password\" {\n  default = \"SUN\"",
        "<password>SUN</password>",
        "<add key=\"DbPassword\" value=\"SUN\"/>",
        "Authorization: Basic SUN",
        "headers = {\"Authorization\": \"Basic SUN\"}",
        "sshpass -p SUN ssh deploy@db",
        "mysqldump -uroot -pSUN billing",
        "docker login -u ci -p SUN registry.example.com",
        "CREATE USER app IDENTIFIED BY \"SUN\"",
        "if PWD_OLD == \"SUN\":",
        "def connect(host, db_pass=\"SUN\"):",
        "password1 = \"SUN\"",
        "PASSWORD2=SUN",
        "TOKEN_2 = \"SUN\"",
        "cfg[\"password1\"] = \"SUN\"",
        "dbPasswordOld = \"SUN\"",
        "String passwordNew2 = \"SUN\";",
        "passcode: \"SUN\"",
        "db_passwort = \"SUN\"",
        "kennwort = \"SUN\"",
        "pin = \"4711\"",
        "PIN_2: 471100",
        "credentials = \"Sun7Winter\"",
        "PASSWORD = get(\"x\", \"SUN\")",
        "db_password: str = os.environ.get(\"DB\", \"SUN\")",
        "call --token 123e4567-e89b-12d3-a456-426614174000",
        "API_KEY = \"123e4567-e89b-12d3-a456-426614174000\"",
        "password = \\\n    'SUN'",
        "password = (\n    'SUN'",
        "password = (\n    # as agreed\n    'a'\n\n    'SUN'",
        "PASSWORD=\"\"\"\nSUN",
        "\"client_secret\":\n\"SUN\"}",
        "password:\n  SUN",
        "password: >-\n  SUN",
        "set_password(\n    user,\n    'SUN',",
        "secret_key_base 'SUN'",
        "set_password(user, 'SUN')",
    ] {
        let line = line.replace("SUN", "wintersun");
        assert!(kind_in_source(&line).is_some(), "{line}");
    }
}

#[test]
fn ordinary_code_gives_no_secret_a_value() {
    for line in [
        "def connect(host: str, password: str, sep=\",\"):",
        "let pass: &str = next();",
        "password = None",
        "ENV PATH /usr/local/bin",
        "ENV DB_PASSWORD $DB_PASSWORD",
        "ssh -p 2222 deploy@db",
        "- name: DB_HOST\n  value: \"db.example.com\"",
        "- name: DB_PASSWORD\n  valueFrom: {secretKeyRef: {name: db, key: password}}",
        "<password>${db.password}</password>",
        "Vec<Token> items = new Vec<>(\"x\")",
        "token_type = \"bearer\"",
        "password.label = \"Enter it\"",
        "compass = \"north\"",
        "subprocess.call(cmd, shell=True)",
        "print(\"pass\")",
        "LED_PIN = 13",
        "pinMode(LED_PIN, OUTPUT)",
        "pin: 7",
        "spin = \"4711\"",
        "fetch(url, {credentials: \"include\"})",
        "credentials = \"same-origin\"",
        "credentials = load(\"key.json\")",
        "password = get(\"db\", \"password\")",
        "sha256 = \"wintersun\"",
        "user_id = \"123e4567-e89b-12d3-a456-426614174000\"",
        "token_id: 123e4567-e89b-12d3-a456-426614174000",
        "name = config.get(\"user\", \"anonymous\")",
    ] {
        assert_eq!(kind_in_source(line), None, "{line}");
    }
}

#[test]
fn code_that_gives_a_name_its_value_is_shown_and_a_text_is_not() {
    for (line, shown) in [
        (
            "password = os.popen(request.args[\"c\"]).read()",
            "password = os.popen(request.args[\"…\"]).read()",
        ),
        (
            "password = \"x9k2l3m4n5\" + os.popen(request.args[\"c\"]).read()",
            "password = \"…\" + os.popen(request.args[\"…\"]).read()",
        ),
        (
            "call(cmd, env={\"TOKEN\": \"ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8\"})",
            "call(cmd, env={\"…\": \"…\"})",
        ),
        ("password = \"hunter2\"", "password = \"…\""),
        ("subprocess.call(cmd, shell=True)", "subprocess.call(cmd, shell=True)"),
        // What is not quoted may be a secret, whatever stands around it.
        ("password = hunter2", "…"),
        ("password: abc(Xy7kL2)", "…"),
        ("password: p4(word)ss", "…"),
        ("password: aB(word)7x", "…"),
        ("password = 'it\\'s hunter2'", "…"),
        ("password = \"hunter2", "…"),
        ("load(x)  # the password is hunter2", "…"),
    ] {
        assert_eq!(hidden_in_source("", line), shown, "{line}");
    }
}

#[test]
fn a_line_that_may_have_a_secret_is_not_quoted() {
    for (above, line) in [
        ("password = \\", "'wintersun'"),
        ("token = (\n    # as agreed\n", "'wintersun'"),
        ("", "client.Credentials = new NetworkCredential(\"u\", \"Tr0ub4dor-and-3horses\");"),
        ("", "k := []byte(\"wintersun\") // password"),
        ("", "assert verify('wintersun') # password"),
        ("", "login('admin', 'Tr0ub4dor-and-3horses');"),
        ("", "mysqli_connect('h', 'root', 'Tr0ub4dor-and-3horses', 'db');"),
        ("", "DriverManager.getConnection(\"jdbc:x\", \"sa\", \"Tr0ub4dor-and-3horses\");"),
        ("", "token.SignedString([]byte(\"Tr0ub4dor-and-3horses\"))"),
        ("", "; old password Tr0ub4dor-and-3horses"),
        ("", "mot_de_passe = 'Tr0ub4dor-and-3horses'"),
        ("", "pin = '4711-Tr0ub4dor'"),
        ("expect 'assword:'", "send 'Tr0ub4dor-and-3horses'"),
        ("", "user_data = \"export DB_PASS=wintersun\""),
        ("", "aws configure set aws_secret_access_key wintersun"),
        ("", "redis-cli -a wintersun ping"),
        ("", "x = \"wintersun\"  # gitleaks:allow"),
        ("", "call(\"wintersun\")  # noqa: S106"),
        ("", "call(\"wintersun\")  # nosec B106"),
        ("", "x = \"wintersun\"  # pragma: allowlist secret"),
        ("", "Fernet(\"q7Lz0vR2mX9bT4\")"),
        ("", "echo kP3xQ9vB7mZ1tR5wY8uN > out.txt"),
        ("", "K = \"8f14e45fceea167a5a36dedd4bea2543\""),
        ("", "$pdo = new PDO('mysql:host=db', 'app', 'wintersun');"),
        ("", "requests.get(url, auth=(\"app\", \"wintersun\"), verify=False)"),
        ("", "echo 'root:wintersun' | chpasswd"),
        ("", "useradd -p wintersun app"),
        ("", "keytool -storepass wintersun -list"),
        ("", "7z x -pwintersun a.7z"),
        ("", "htpasswd -b .htpasswd app wintersun"),
        ("", "net use \\\\host\\s /user:app wintersun"),
        ("", "run()  # the admin password is wintersun"),
        ("", "let h = { Authorization: `token wintersun` };"),
        ("", "crypto.createHmac(\"sha256\", \"q7Lz0vR2mX9\");"),
        ("", "hashlib.md5(b\"kXqTzBmWvLpR\")"),
        ("", "url = \"https://example.com/services/T000/q7Lz0vR2mX9bT4cY1nWe\""),
    ] {
        assert!(may_be_in_source(above, line), "{above}{line}");
        let text = format!("{above}\n{line}");
        let (before, own) = with_before(text.lines()).last().unwrap();
        let shown = hidden_in_source(before, own);
        for secret in ["wintersun", "Tr0ub4dor", "q7Lz0vR2", "kXqTzBm", "kP3xQ9vB", "8f14e45f"] {
            assert!(!shown.contains(secret), "{above}{line}: {shown}");
        }
    }
    for (above, line) in [
        ("password = read()", "subprocess.call(cmd, shell=True)"),
        ("PASSWORD = \"wintersun\"", "subprocess.call(cmd, shell=True)"),
        ("def login(user, password):", "cursor.execute(\"SELECT * FROM u WHERE n = '%s'\" % user)"),
        ("", "if not check_password(user):"),
        ("", "check_password(user, request.POST)"),
        ("", "hashlib.md5(password.encode('utf-8')).hexdigest()"),
        ("", "log.info(\"the password of %s was reset\", user)"),
        ("", "requests.post(url, auth=auth, verify=False)"),
        ("", "jwt.decode(token, algorithms=[\"HS256\"], options={\"verify_signature\": False})"),
        ("", "data = base64.b64decode(token)"),
        ("", "digest = hashlib.new(\"pbkdf2_sha256\", password)"),
        ("password=", "if x:"),
        ("", "verify_token(request, leeway=30)"),
        ("", "set_password(user, force=yes)"),
        ("def set_password(", "self,"),
        ("password:", "  valueFrom:"),
        ("class Login {", "private String password;"),
        ("", "raise Denied(\"the password is missing\")"),
        ("", "time.strftime(\"%Y%m%d%H%M%S\")"),
        ("", "Cipher.getInstance(\"AES/CBC/PKCS5Padding\")"),
        ("", "log.in_use(\"x86_64-unknown-linux-gnu\", \"application/x-www-form-urlencoded\")"),
        ("", "sha256 = \"8f14e45fceea167a5a36dedd4bea2543\""),
        ("", "uses: actions/checkout@8f14e45fceea167a5a36dedd4bea254300000000"),
        ("", "FROM debian:12.4-slim@sha256:8f14e45fceea167a5a36dedd4bea2543"),
        ("", "BillingBatchReader.instance2().readAllOf(\"https://example.com/v1/x2y\")"),
    ] {
        assert!(!may_be_in_source(above, line), "{above}\n{line}");
    }
}
