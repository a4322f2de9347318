import '../ui/base.css'
import { createRoot } from 'react-dom/client'
import { LaunchPage } from './LaunchPage.tsx'
import { LANGUAGE } from './language.ts'
import { LAUNCH_TEXT } from './launch-text.ts'

document.documentElement.lang = LANGUAGE
document.title = LAUNCH_TEXT.connecting.title
const root = document.getElementById('root')
if (root) createRoot(root).render(<LaunchPage />)
